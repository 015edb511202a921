#!/usr/bin/env python3
"""Records commands in a terminal of a given width and writes what it shows as an SVG image.

    record.py --columns 80 --out docs/images/terminal-80.svg [--interrupt 0:12] 'command' 'next command' ...

Each command runs in a pseudo-terminal of its own. `--interrupt INDEX:SECONDS` presses Ctrl-C in the command INDEX so many
seconds after the words of `--after` were shown (at once where there are none). `--keep SECONDS` keeps what the screen shows that
many seconds before such a Ctrl-C, with the live line, as a picture of its own above. Standard library only; pseudo-terminals are
those of Linux and macOS.
"""

import argparse
import fcntl
import html
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

COLOURS = {"1": "bold", "32": "good", "33": "warning"}


class Screen:
    """Lines of a terminal that is endlessly high: what scrolls out of a real one stays."""

    def __init__(self, columns):
        self.columns = columns
        self.lines = [[]]
        self.row = 0
        self.column = 0
        self.style = ""
        self.rest = ""

    def feed(self, text):
        text = self.rest + text
        self.rest = ""
        i = 0
        while i < len(text):
            c = text[i]
            if c == "\x1b":
                match = re.match(r"\x1b\[([0-9;?]*)([A-Za-z])", text[i:])
                if not match:
                    if len(text) - i < 12:
                        self.rest = text[i:]
                        return
                    i += 1
                    continue
                self.control(match.group(1), match.group(2))
                i += match.end()
                continue
            if c == "\r":
                self.column = 0
            elif c == "\n":
                self.down()
            elif c == "\b":
                self.column = max(0, self.column - 1)
            elif c >= " ":
                self.put(c)
            i += 1

    def down(self):
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append([])

    def put(self, c):
        if self.column == self.columns:  # as terminals do: the next character wraps
            self.column = 0
            self.down()
        line = self.lines[self.row]
        while len(line) <= self.column:
            line.append((" ", ""))
        line[self.column] = (c, self.style)
        self.column += 1

    def control(self, numbers, name):
        if name == "K":
            del self.lines[self.row][self.column :]
        elif name == "m":
            self.style = " ".join(COLOURS[n] for n in numbers.split(";") if n in COLOURS)
        elif name == "A":
            self.row = max(0, self.row - int(numbers or 1))
        elif name == "C":
            self.column = min(self.columns, self.column + int(numbers or 1))

    def text(self):
        return "\n".join("".join(c for c, _ in line).rstrip() for line in self.lines)


def run(command, screen, columns, interrupt, after, keep):
    """The exit status; and the lines that stood there before Ctrl-C."""
    pid, master = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execvp("bash", ["bash", "-c", command])
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    begin = len(screen.lines) - 1
    due = None
    kept = None
    while True:
        ready, _, _ = select.select([master], [], [], 0.05)
        if ready:
            try:
                data = os.read(master, 65536)
            except OSError:
                break
            if not data:
                break
            screen.feed(data.decode("utf-8", "replace"))
        now = time.monotonic()
        if interrupt is not None and due is None:
            shown = "\n".join("".join(c for c, _ in line) for line in screen.lines[begin:])
            if not after or re.search(after, shown):
                due = now + interrupt
        if due and kept is None and now >= due - keep:
            kept = [list(line) for line in screen.lines]
        if due and now >= due:
            os.write(master, b"\x03")
            due = float("inf")
    os.close(master)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), kept


def plain(line):
    return "".join(c for c, _ in line).rstrip()


def svg(lines, columns, title):
    """The lines as text in an image: sharp at any size, readable by screen readers, light and dark."""
    wide, high = 7.8, 17
    width, height = columns * wide + 24, len(lines) * high + 24
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" role="img">',
        f"<title>{html.escape(title)}</title>",
        "<style>rect{fill:#f6f8fa;stroke:#8c959f}text{font:13px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;"
        "fill:#1f2328;white-space:pre}.command{fill:#0550ae;font-weight:bold}.bold{font-weight:bold}.good{fill:#116329}"
        ".warning{fill:#8a4600}.live{fill:#6639ba}"
        "@media(prefers-color-scheme:dark){rect{fill:#0d1117;stroke:#30363d}text{fill:#e6edf3}.command{fill:#79c0ff}"
        ".good{fill:#7ee787}.warning{fill:#e3b341}.live{fill:#d2a8ff}}</style>",
        f'<rect x=".5" y=".5" width="{width - 1:.0f}" height="{height - 1:.0f}" rx="6"/>',
    ]
    for i, line in enumerate(lines):
        parts = []
        for c, style in line:
            if parts and parts[-1][1] == style:
                parts[-1][0] += c
            else:
                parts.append([c, style])
        spans = "".join(
            f'<tspan class="{style}">{html.escape(text)}</tspan>' if style else html.escape(text) for text, style in parts
        )
        if spans.strip():
            # textLength keeps columns in place whatever the font
            length = len(line) * wide
            out.append(
                f'<text x="12" y="{12 + (i + 1) * high - 4}" textLength="{length:.1f}" xml:space="preserve">{spans}</text>'
            )
    out.append("</svg>")
    return "\n".join(out) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--columns", type=int, default=80)
    parser.add_argument("--out", required=True)
    parser.add_argument("--title", default="")
    parser.add_argument("--interrupt", default="", metavar="INDEX:SECONDS")
    parser.add_argument("--after", default="", help="a pattern that must be shown before the seconds count")
    parser.add_argument("--keep", type=float, default=0.3)
    parser.add_argument("--show", default="", help="what to show as the first word of commands, instead of ./meander")
    parser.add_argument("commands", nargs="+")
    options = parser.parse_args()
    which, seconds = (options.interrupt.split(":") + ["0"])[:2] if options.interrupt else ("-1", "0")
    signal.signal(signal.SIGINT, signal.default_int_handler)

    lines = []
    for i, command in enumerate(options.commands):
        screen = Screen(options.columns)
        shown = "$ " + command.replace("./meander", options.show) if options.show else "$ " + command
        status, kept = run(
            command, screen, options.columns, float(seconds) if i == int(which) else None, options.after, options.keep
        )
        sys.stderr.write(f"{command}: {status}\n")
        while shown:
            lines.append([(c, "command") for c in shown[: options.columns]])
            shown = shown[options.columns :]
        whole = screen.lines
        while whole and not whole[-1]:
            whole = whole[:-1]
        if kept:
            # the live line as it stood when Ctrl-C was pressed
            while kept and not kept[-1]:
                kept = kept[:-1]
            lines += kept[:-1]
            lines.append([(c, style or "live") for c, style in kept[-1]])
            lines.append([("^", "command"), ("C", "command")])
            rest = whole[len(kept) - 1 :]
            if rest and plain(rest[0]).rstrip("^C").startswith(plain(kept[-1]).rstrip()[:-1]):
                rest = rest[1:]  # the live line, into which the terminal echoed ^C
            lines += rest
        else:
            lines += whole
        lines.append([])
    with open(options.out, "w", encoding="utf-8") as file:
        file.write(svg(lines[:-1], options.columns, options.title or " ".join(options.commands)))


if __name__ == "__main__":
    main()
