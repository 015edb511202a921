"""Token ids of CLIP's and T5's tokenizers on a thousand prompts and more."""

import gzip
import json
import pathlib
import random

from common import arguments, fresh, report
from tokenizing import END, clip_merges, clip_tokenizer, clip_vocabulary, save_clip_vocabulary, t5_tokenizer

CLIP_LENGTH, T5_LENGTH = 77, 512

OBJECTS = """person bicycle car motorcycle airplane bus train truck boat bench bird cat dog horse sheep cow elephant bear
zebra giraffe backpack umbrella handbag tie suitcase frisbee kite skateboard surfboard bottle cup fork knife spoon bowl
banana apple sandwich orange broccoli carrot pizza donut cake chair couch bed toilet laptop keyboard microwave oven
toaster sink refrigerator book clock vase scissors toothbrush""".split()
COLOURS = "red orange yellow green blue purple pink brown black white".split()
NUMBERS = "two three four five six".split()
RELATIONS = ("left of", "right of", "above", "below", "inside", "wrapped around")
WORDS_ON_SIGNS = """Fresh Bread|OPEN 24/7|Don't Panic!|Caffè Müller|50% OFF|No. 5|Gate B-12|"Quoted"|hello, world|Für Elise|
e=mc²|ABBA|www.example.org/?q=1&r=2|C++ > Java?|Room #404|naïve façade|I'll be back|O'Neill's|we've moved|THE END""".split("|")
PLACES = ("a shop window", "a storefront", "the side of a bus", "a birthday cake", "an old neon sign", "graffiti on a wall")
STYLES = ("oil painting", "35mm photograph", "pencil sketch", "pixel art", "isometric render", "ukiyo-e print")
SCENES = """A teapot pouring itself into a mirror.|Hovering cow abductng aliens.|A sign that says 'Rainbow' but is grey.|
Six wolves in a trench coat, nervously.|An upside-down lighthouse beneath the sea.|A tomatoe has been put on top of a pumkin.|
McDonald's-free breakfast in bed; cheap, cheerful & cold.|One chess piece taller than the moon.|A bird with forelegs and hooves.|
A photo of a confused grizzly bear in calculus class?|Supreme-court justices play hopscotch with the postman (1923).|
the shape of the sound of a bell, as a sculpture|A wine glass on top of a dog, but *not* a dog on a glass""".split("|")
SCRIPTS = """一只戴着红色帽子的猫，坐在蓝色的椅子上。|赤い帽子をかぶった猫が青い椅子に座っている|파란 의자에 앉아 있는 빨간 모자를 쓴 고양이|
Кот в красной шляпе сидит на синем стуле|Γάτα με κόκκινο καπέλο σε μπλε καρέκλα|قطة ترتدي قبعة حمراء تجلس على كرسي أزرق|
חתול בכובע אדום על כיסא כחול|लाल टोपी पहने नीली कुर्सी पर बैठी बिल्ली|แมวสวมหมวกสีแดงนั่งบนเก้าอี้สีฟ้า|Một con mèo đội mũ đỏ|
Źdźbło trawy i łódka|Straße, ÄÖÜ, ﬁne ﬂow, Ĳsselmeer|ქართული ანბანი|ትንሽ ድመት|ＦＵＬＬ　ｗｉｄｔｈ １２３|ℌ𝔢𝔩𝔩𝔬 𝕨𝕠𝕣𝕝𝕕 ①②③ ½ ™""".split("|")
EMOJI = """🎨🖌️ a 👩‍🚀 on the 🌕|🇩🇪🇯🇵 flags|👨‍👩‍👧‍👦 family portrait|❤️‍🔥|🏳️‍🌈 over 🏙|👍🏽👍🏿 thumbs|cat 😺😺😺 cat|1️⃣2️⃣3️⃣""".split("|")
ODD = [
    "", " ", "   \t ", "\n", "\r\n\r\n", "a", "A", "!", "...", "?!?!", "\u00a0", "a\u00a0b", "a\u200bb", "\ufeffa", "e\u0301 is é",
    "\u1100\u1161", "a\u0000b", "\u0007bell", "\ufffd", "tab\tand\nnewline", "trailing space ", "  leading", "doubled  space",
    "<|endoftext|> in the middle <|startoftext|>", "<|ENDOFTEXT|>", "</s> <pad> <unk>", "x</s>y", "<extra_id_0> and <extra_id_99>",
    "<extra_id_100>", "a </w> b", "▁lower▁one▁eighth▁", "it's they're we've I'll I'd I'm can't IT'S", "'s's't", "’s curly",
    "12345 1,234.56 0x1F 3rd", "a_b-c/d\\e|f", "{json: [1, 2]}", "<b>html</b> &amp; &#39;", "#hashtag @mention",
    "https://example.org/a?b=c#d", "Ⅷ ㎏ ㍻ ﷺ", "İstanbul ıI", "ǅ ß ẞ", "\U0001f600" * 40, "ñandú ÑANDÚ n\u0303", "zalgo z̷̢̛a̸l̶g̵o̴",
    "a" * 300, "red circle " * 300, "supercalifragilisticexpialidocious" * 20, "漢" * 600, "0" * 100, "- " * 200,
]


def article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def prompts() -> list[str]:
    """About 1,100 prompts in the manner of the usual benchmarks, and what users type by accident."""
    draw = random.Random(7)
    made = [f"a photo of {article(o)}" for o in OBJECTS]
    made += [f"a photo of {draw.choice(NUMBERS)} {draw.choice(OBJECTS)}s" for _ in range(120)]
    made += [f"a photo of {article(draw.choice(COLOURS))} {draw.choice(OBJECTS)}" for _ in range(120)]
    made += [f"a photo of {article(draw.choice(OBJECTS))} and {article(draw.choice(OBJECTS))}" for _ in range(120)]
    made += [f"a photo of {article(draw.choice(OBJECTS))} {draw.choice(RELATIONS)} {article(draw.choice(OBJECTS))}"
             for _ in range(120)]
    made += [f"a photo of {article(draw.choice(COLOURS))} {draw.choice(OBJECTS)} and {article(draw.choice(COLOURS))} "
             f"{draw.choice(OBJECTS)}" for _ in range(100)]
    made += [f'A photo of {p} that reads "{w.strip()}"' for p in PLACES for w in WORDS_ON_SIGNS]
    made += [scene.strip() for scene in SCENES]
    made += [f"{draw.choice(STYLES)} of {draw.choice(SCENES).strip()}" for _ in range(60)]
    made += [script.strip() for script in SCRIPTS] + [emoji.strip() for emoji in EMOJI] + ODD
    pieces = SCENES + SCRIPTS + EMOJI + ODD[:40] + [" ", "  ", ", ", "\n", "-", "'s "]
    made += ["".join(draw.choice(pieces) for _ in range(draw.randint(2, 12))) for _ in range(120)]
    made += [" ".join(draw.choice(made[:600]) for _ in range(draw.randint(8, 60))) for _ in range(60)]
    made += ["".join(chr(draw.choice((draw.randint(32, 126), draw.randint(160, 0x24f), draw.randint(0x370, 0x1fff),
                                      draw.randint(0x2000, 0x2fff), draw.randint(0x1f300, 0x1f9ff))))
                     for _ in range(draw.randint(1, 40))) for _ in range(120)]
    return made


def save_gzip(path: pathlib.Path, text: str) -> None:
    """Without the time of day, so that a rerun gives the same bytes."""
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


def main() -> None:
    out = arguments(__doc__).out
    directory = fresh(out / "tokens")
    texts = prompts()
    corpus = [text for text in texts if text.strip() and len(text) < 2000]

    pairs = clip_merges(corpus, 700)
    vocab = clip_vocabulary(pairs)
    clip = clip_tokenizer(vocab, pairs, END, CLIP_LENGTH)
    clip.save_pretrained(directory / "clip")
    (directory / "clip" / "tokenizer.json").unlink()
    save_clip_vocabulary(directory / "clip", vocab, pairs)

    t5 = t5_tokenizer([text.replace("\n", " ").replace("\0", " ") for text in corpus[:-100]], 1000, "nmt_nfkc", 100, T5_LENGTH)
    t5.save_pretrained(directory / "t5")
    whole = directory / "t5" / "tokenizer.json"
    save_gzip(directory / "t5" / "tokenizer.json.gz", whole.read_text())
    whole.unlink()

    def ids(tokenizer, length: int) -> list[list[int]]:
        return [tokenizer(text, truncation=True, max_length=length).input_ids for text in texts]

    save_gzip(directory / "ids.json.gz", json.dumps(
        {"prompts": texts, "clip": ids(clip, CLIP_LENGTH), "t5": ids(t5, T5_LENGTH)}, separators=(",", ":")
    ))
    report(directory)


if __name__ == "__main__":
    main()
