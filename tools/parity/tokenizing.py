"""Small tokenizers with the configuration of the published ones: CLIP's byte-level BPE and T5's unigram."""

import collections
import io
import json
import pathlib

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import Regex, normalizers, pre_tokenizers
from transformers import CLIPTokenizer, T5Tokenizer

START, END = "<|startoftext|>", "<|endoftext|>"
WORDS = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"


def byte_alphabet() -> list[str]:
    """The characters that stand for the 256 bytes, in CLIP's order: printable bytes first, then the rest."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    return [chr(b) for b in printable] + [chr(256 + i) for i in range(256 - len(printable))]


def clip_vocabulary(pairs: list[tuple[str, str]]) -> dict[str, int]:
    """CLIP's layout: bytes, bytes that end a word, merges, start, end."""
    alphabet = byte_alphabet()
    tokens = alphabet + [c + "</w>" for c in alphabet] + ["".join(pair) for pair in pairs] + [START, END]
    return {token: i for i, token in enumerate(tokens)}


def clip_words(corpus: list[str]) -> collections.Counter:
    """How often each word occurs, as CLIP cuts it: a tuple of byte characters, the last with the end of word."""
    normalise = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    cut = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(WORDS), behavior="removed", invert=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False),
    ])
    words = collections.Counter()
    for text in corpus:
        for word, _ in cut.pre_tokenize_str(normalise.normalize_str(text)):
            words[(*word[:-1], word[-1] + "</w>")] += 1
    return words


def clip_merges(corpus: list[str], count: int) -> list[tuple[str, str]]:
    """Byte-pair merges learned from the corpus. Of equally frequent pairs the first in order is taken: a rerun agrees."""
    words = clip_words(corpus)
    merges = []
    while len(merges) < count:
        pairs = collections.Counter()
        for word, times in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += times
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        joined = collections.Counter()
        for word, times in words.items():
            joined[join(word, best)] += times
        words = joined
    return merges


def join(word: tuple[str, ...], pair: tuple[str, str]) -> tuple[str, ...]:
    out = []
    for piece in word:
        if out and (out[-1], piece) == pair:
            out[-1] += piece
        else:
            out.append(piece)
    return tuple(out)


def clip_tokenizer(vocab: dict[str, int], pairs: list[tuple[str, str]], pad: str, length: int) -> CLIPTokenizer:
    return CLIPTokenizer(vocab=vocab, merges=pairs, pad_token=pad, model_max_length=length)


def save_clip_vocabulary(directory: pathlib.Path, vocab: dict[str, int], pairs: list[tuple[str, str]]) -> None:
    """The two files that published CLIP tokenizers come as, beside tokenizer.json."""
    (directory / "vocab.json").write_text(json.dumps(vocab, ensure_ascii=False))
    (directory / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in pairs))


def t5_tokenizer(corpus: list[str], size: int, rule: str, extra_ids: int, length: int) -> T5Tokenizer:
    """A unigram tokenizer trained by SentencePiece, with its normaliser: `nmt_nfkc` as T5's, or `identity`."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus), model_writer=model, model_type="unigram", vocab_size=size,
        normalization_rule_name=rule, pad_id=0, eos_id=1, unk_id=2, bos_id=-1, num_threads=1, minloglevel=2,
        character_coverage=0.99, hard_vocab_limit=False,
    )
    proto = sentencepiece_model_pb2.ModelProto.FromString(model.getvalue())
    pieces = [(piece.piece, piece.score) for piece in proto.pieces]
    pieces += [(f"<extra_id_{i}>", 0.0) for i in reversed(range(extra_ids))]
    return T5Tokenizer(
        vocab=pieces, _spm_precompiled_charsmap=proto.normalizer_spec.precompiled_charsmap or None,
        extra_ids=extra_ids, model_max_length=length,
    )
