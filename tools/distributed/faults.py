#!/usr/bin/env python3
"""Breaks trainings that several processes share, and looks at what is left of them.

    faults.py kills [--victim random|first] [--count 20] [--processes 3]
    faults.py elastic
    faults.py link
    faults.py cold [--count 10] [--processes 8]
    faults.py same [--rollouts 4]

`same` breaks nothing: the quickstart with 1, 2, 3, 4 and 6 processes, by torchrun, and by mpiexec and srun where they
are. It, `kills` and `elastic` need torchrun (PyTorch) on the PATH, `link` root and ip (iproute2). Each ends with status 0 when
the run came out as it should, and prints what it saw. Build first: ./meander --version
"""

import argparse
import glob
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
MEANDER = HERE.parent.parent / "meander"
RECIPE = HERE / "small.yaml"
BOOKKEEPING = {"run_started", "stage_started", "checkpoint_saved", "exchanges_measured", "message"}


def say(text):
    print(time.strftime("%H:%M:%S"), text, flush=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def train(out, rollouts, *more):
    return [str(MEANDER), "train", str(RECIPE), "--out", str(out), "--set", f"rollouts={rollouts}", *more]


def left(run):
    """What is a function of the recipe: hashes of the last weights and moments, and the metrics but for times."""
    hashes = {}
    last = sorted(glob.glob(f"{run}/checkpoints/step-*"))[-1]
    for path in sorted(glob.glob(f"{last}/*.safetensors") + glob.glob(f"{run}/adapter/*.safetensors")):
        hashes[os.path.relpath(path, run)] = hashlib.sha256(open(path, "rb").read()).hexdigest()
    lines = [json.loads(line) for line in open(f"{run}/metrics.jsonl")]
    hashes["metrics"] = [
        {k: v for k, v in line.items() if k != "timing"} for line in lines if line["type"] not in BOOKKEEPING
    ]
    return hashes


def environment(pid):
    try:
        pairs = open(f"/proc/{pid}/environ", "rb").read().split(b"\0")
    except OSError:
        return {}
    return dict(p.decode(errors="replace").split("=", 1) for p in pairs if b"=" in p)


def processes(run):
    """Processes that train into a folder, by rank."""
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                command = open(f"/proc/{entry}/cmdline", "rb").read().split(b"\0")
            except OSError:
                continue
            if b"dev.meander.cli.Meander" in command and str(run).encode() in command:
                rank = environment(entry).get("RANK")
                if rank is not None:
                    found[int(rank)] = int(entry)
    return found


def descendants(pid):
    """What a process has started: torchrun's are in sessions of their own, so that no signal to its group reaches them."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                parents[int(entry)] = int(open(f"/proc/{entry}/stat").read().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found[1:]


def checkpoint(run):
    steps = glob.glob(f"{run}/checkpoints/step-*/")
    return max((int(step.rstrip("/").rsplit("-", 1)[1]) for step in steps), default=0)


def reference(directory, args):
    run = args.reference
    if run is None:
        run = directory / "alone"
        subprocess.run(train(run, args.rollouts), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        say("one process that is left alone is done")
    return left(run)


def compare(run, expected):
    found = left(run)
    for name, value in expected.items():
        if found.get(name) != value:
            say(f"DIFFERENT: {name}")
            return 1
    say(f"as one process that was left alone: {len(expected) - 1} files of weights and moments, and the metrics")
    return 0


def crashes(directory):
    found = glob.glob(f"{directory}/**/hs_err*", recursive=True)
    if found:
        say(f"CRASHED: {found}")
    return len(found)


def kills(directory, args):
    rng = random.Random(args.seed)
    rollouts = args.rollouts
    expected = reference(directory, args)
    run = directory / "killed"
    log = open(directory / "kills.log", "w")
    launcher = subprocess.Popen(
        ["torchrun", "--standalone", "--nproc-per-node", str(args.processes), "--max-restarts", str(3 * args.count),
         "--no-python", *train(run, rollouts, "--continue")],
        stdout=log, stderr=log, cwd=directory)
    done = 0
    while launcher.poll() is None and done < args.count:
        time.sleep(rng.uniform(0, args.moments))
        there = processes(run)
        if len(there) < args.processes:
            continue
        victim = 0 if args.victim == "first" else rng.choice(sorted(there))
        try:
            os.kill(there[victim], signal.SIGKILL)
        except ProcessLookupError:
            continue
        done += 1
        say(f"kill {done}: rank {victim}, last checkpoint of rollout {checkpoint(run)}")
        while there[victim] in processes(run).values() and launcher.poll() is None:
            time.sleep(0.05)
    status = launcher.wait()
    say(f"{done} kills, torchrun ended with {status}")
    return status or crashes(directory) or compare(run, expected) or (done < args.count)


def agent(directory, run, rollouts, port, name):
    log = open(directory / f"agent-{name}.log", "w")
    env = dict(os.environ, TORCH_DISABLE_SHARE_RDZV_TCP_STORE="1")
    return subprocess.Popen(
        ["torchrun", "--nnodes", "1:2", "--nproc-per-node", "2", "--max-restarts", "9", "--rdzv-id", "elastic",
         "--rdzv-backend", "c10d", "--rdzv-endpoint", f"127.0.0.1:{port}", "--local-addr", "127.0.0.1",
         "--rdzv-conf", "last_call_timeout=5,keep_alive_interval=1,keep_alive_max_attempt=3",
         "--no-python", *train(run, rollouts, "--continue")],
        stdout=log, stderr=log, cwd=directory, env=env, start_new_session=True)


def until(what, condition, seconds=600):
    end = time.time() + seconds
    while not condition():
        if time.time() > end:
            raise SystemExit(f"not within {seconds} s: {what}")
        time.sleep(0.1)
    say(what)


def elastic(directory, args):
    rollouts = args.rollouts
    expected = reference(directory, args)
    run = directory / "elastic"
    port = free_port()
    first = agent(directory, run, rollouts, port, "first")
    until("one agent: 2 processes train", lambda: len(processes(run)) == 2 and checkpoint(run) >= 2)
    second = agent(directory, run, rollouts, port, "second")
    until("another came: 4 processes", lambda: len(processes(run)) == 4)
    step = checkpoint(run)
    until("they train", lambda: checkpoint(run) >= step + 2)
    for lost in [second.pid, *descendants(second.pid)]:
        os.kill(lost, signal.SIGKILL)
    say("the second agent and its processes are killed")
    until("2 processes are left", lambda: len(processes(run)) == 2)
    step = checkpoint(run)
    until("they train", lambda: checkpoint(run) >= step + 2)
    second = agent(directory, run, rollouts, port, "third")
    until("another came: 4 processes", lambda: len(processes(run)) == 4)
    status = first.wait(600)
    second.wait(120)
    say(f"torchrun ended with {status}")
    return status or crashes(directory) or compare(run, expected)


def sh(command):
    subprocess.run(command, shell=True, check=True)


def link(directory, args):
    """Two machines, which are network namespaces; their cable is pulled while they sample, then while they update."""
    wrong = 0
    for stage in ("sampling", "updating"):
        name = f"meander{os.getpid() % 10000}"
        a, b = f"{name}a", f"{name}b"
        try:
            sh(f"ip netns add {a} && ip netns add {b}")
            sh(f"ip link add {a} netns {a} type veth peer name {b} netns {b}")
            for n, address in ((a, "10.11.12.1"), (b, "10.11.12.2")):
                sh(f"ip -n {n} addr add {address}/24 dev {n} && ip -n {n} link set {n} up && ip -n {n} link set lo up")
            wrong += pulled(directory / stage, stage, a, b)
        finally:
            for n in (a, b):
                subprocess.run(["ip", "netns", "del", n], check=False)
    return wrong


def pulled(directory, stage, a, b):
    timeout = 10
    directory.mkdir()
    run = directory / "run"
    # One of both takes most of the time of a rollout.
    long = ["sampling.steps=20"] if stage == "sampling" else ["update.epochs=5"]
    settings = ["checkpoints.every=1000", "evaluation.every=0", f"distributed.timeout={timeout}", *long]
    more = [part for setting in settings for part in ("--set", setting)]
    members = []
    for rank, namespace in enumerate((a, b)):
        env = dict(os.environ, RANK=str(rank), WORLD_SIZE="2", LOCAL_RANK="0", MASTER_ADDR="10.11.12.1",
                   MASTER_PORT="29517")
        log = open(directory / f"rank{rank}.log", "w")
        members.append(subprocess.Popen(
            ["ip", "netns", "exec", namespace, *train(run, 1000, *more)], env=env, stdout=log, stderr=log,
            cwd=directory))
    finished = lambda kind: [
        line for line in open(f"{run}/metrics.jsonl") if f'"{kind}"' in line] if (run / "metrics.jsonl").exists() else []
    # A rollout is done; then half of the long stage.
    until(f"{stage}: a rollout is done", lambda: len(finished("update_finished")) >= 1)
    last = json.loads(finished("rollout_finished" if stage == "sampling" else "update_finished")[-1])
    seconds = last["timing"]["seconds"]
    if stage == "updating":
        count = len(finished("rollout_finished"))
        while len(finished("rollout_finished")) == count:
            time.sleep(0.02)
    else:
        count = len(finished("update_finished"))
        while len(finished("update_finished")) == count:
            time.sleep(0.02)
    time.sleep(seconds / 2)
    sh(f"ip -n {a} link set {a} down")
    down = time.time()
    wrong = 0
    for rank, member in enumerate(members):
        try:
            status = member.wait(timeout + 60)
            say(f"{stage}: rank {rank} ended with {status} after {time.time() - down:.1f} s")
            wrong += status == 0
        except subprocess.TimeoutExpired:
            say(f"{stage}: rank {rank} HANGS")
            member.kill()
            wrong += 1
    done = len(finished("update_finished"))
    saved = checkpoint(run)
    say(f"{stage}: {done} rollouts done, checkpoint of rollout {saved}")
    say("rank 0 said: " + " / ".join(open(directory / "rank0.log").read().strip().splitlines()[-1:]))
    return wrong + crashes(directory) + (saved != (done if stage == "sampling" else 0))


def same(directory, args):
    """One hash for every checkpoint file, whoever starts how many processes."""
    command = [str(MEANDER), "train", "quickstart"]
    settings = [f"rollouts={args.rollouts}", "distributed.parts=12", "threads=1", "checkpoints.every=1",
                "checkpoints.keep=9", "evaluation.limit=20", "evaluation.steps=5"]
    more = [part for setting in settings for part in ("--set", setting)]
    starts = {f"--processes {n}": ([], ["--processes", str(n)]) for n in (1, 2, 3, 4, 6)}
    starts["torchrun, 3"] = (["torchrun", "--standalone", "--nproc-per-node", "3", "--no-python"], [])
    if shutil.which("mpiexec"):
        starts["mpiexec, 3"] = (["mpiexec", "--allow-run-as-root", "--oversubscribe", "-n", "3"], [])
    if shutil.which("srun") and subprocess.run(["sinfo"], capture_output=True, check=False).returncode == 0:
        starts["srun, 3"] = (["srun", "-n", "3", "--kill-on-bad-exit=1"], [])
    expected = None
    wrong = 0
    for name, (launcher, end) in starts.items():
        run = directory / name.replace(" ", "-").strip("-")
        log = open(directory / f"{run.name}.log", "w")
        started = time.time()
        status = subprocess.run([*launcher, *command, "--out", str(run), *more, *end], stdout=log, stderr=log,
                                cwd=directory).returncode
        found = left(run) if status == 0 else {}
        for path in sorted(glob.glob(f"{run}/checkpoints/step-*/*.safetensors")):
            found[os.path.relpath(path, run)] = hashlib.sha256(open(path, "rb").read()).hexdigest()
        expected = expected or found
        equal = status == 0 and found == expected
        wrong += not equal
        all_hashes = hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()[:16]
        say(f"{name}: status {status}, {time.time() - started:.0f} s, {len(found)} items, of all {all_hashes},"
            f" {'the same' if equal else 'DIFFERENT'}")
    return wrong + crashes(directory)


def cold(directory, args):
    """Many processes at once that find no unpacked native libraries."""
    wrong = 0
    for n in range(1, args.count + 1):
        cache = directory / f"cache{n}"
        cache.mkdir()
        run = directory / f"run{n}"
        options = f"{os.environ.get('MEANDER_JAVA_OPTS', '')} -Dorg.bytedeco.javacpp.cachedir={cache}"
        started = time.time()
        log = directory / f"cold{n}.log"
        status = subprocess.run(
            train(run, 1, "--processes", str(args.processes)),
            env=dict(os.environ, MEANDER_JAVA_OPTS=options), stdout=open(log, "w"), stderr=subprocess.STDOUT,
            cwd=directory).returncode
        size = sum(f.stat().st_size for f in cache.rglob("*") if f.is_file())
        say(f"start {n}: status {status}, {time.time() - started:.0f} s, {size / 1e6:.0f} MB unpacked")
        wrong += status != 0 or size == 0
        subprocess.run(["rm", "-rf", str(cache)], check=True)
    return wrong + crashes(directory)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fault", choices=["kills", "elastic", "link", "cold", "same"])
    parser.add_argument("--count", type=int, help="kills (20), or cold starts (10)")
    parser.add_argument("--processes", type=int, help="of kills (3), or of a cold start (8)")
    parser.add_argument("--victim", choices=["random", "first"], default="random", help="whom to kill")
    parser.add_argument("--moments", type=float, default=12, help="kills: at most so many seconds between two (12)")
    parser.add_argument("--rollouts", type=int, help="of kills (16), of elastic (60), of same (4)")
    parser.add_argument("--seed", type=int, default=1, help="of the random moments (1)")
    parser.add_argument("--reference", help="a run of as many rollouts by one process, instead of making one")
    parser.add_argument("--keep", action="store_true", help="keep runs and logs")
    args = parser.parse_args()
    cold_start = args.fault == "cold"
    args.count = args.count or (10 if cold_start else 20)
    args.rollouts = args.rollouts or {"same": 4, "elastic": 60}.get(args.fault, 16)
    args.processes = args.processes or (8 if cold_start else 3)
    directory = pathlib.Path(tempfile.mkdtemp(prefix="meander-faults-"))
    say(f"logs and runs: {directory}")
    status = globals()[args.fault](directory, args)
    if status == 0 and not args.keep:
        subprocess.run(["rm", "-rf", str(directory)], check=True)
    sys.exit(1 if status else 0)


if __name__ == "__main__":
    main()
