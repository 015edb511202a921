"""Preference rewards: Pillow's bicubic scaling, a CLIPModel, LAION's head, an open_clip model, ImageReward, with scores."""

import logging
import os

import numpy as np
import open_clip
import torch
from PIL import Image
from torchvision.transforms import functional as vision
from transformers import BlipTextConfig, BlipVisionConfig, CLIPConfig, CLIPModel
from transformers.models.blip.modeling_blip import BlipVisionModel
from transformers.models.blip.modeling_blip_text import BlipTextModel
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from common import arguments, fresh, randn, randomise, report, save_json, save_tensors
from make_pipeline import END, START, merges, save_vocabulary, token_ids, tokenizer, vocabulary

SIDE, PATCH = 24, 8
SIZES = [(36, 53), (24, 24), (31, 28), (15, 19)]  # height, width: landscape, exact, odd differences, enlarged
PROMPTS = [
    "a photo of a red circle",
    "two BLUE squares  above a star",
    "a photo of a red circle",
    "a green triangle left of a yellow star above a purple cross below a white square and a red circle and a star",
]
MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)


def picture(generator: torch.Generator, height: int, width: int) -> torch.Tensor:
    """Noise and edges, all bytes: what makes scaling overshoot."""
    coarse = torch.randint(0, 256, (height // 7 + 1, width // 5 + 1, 3), generator=generator)
    blocks = coarse.repeat_interleave(7, 0).repeat_interleave(5, 1)[:height, :width]
    noise = torch.randint(-40, 41, (height, width, 3), generator=generator)
    return (blocks + noise).clamp(0, 255).to(torch.uint8)


def pillow(image: torch.Tensor) -> Image.Image:
    return Image.fromarray(image.numpy())


def pictures(seed: int) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [picture(generator, height, width) for height, width in SIZES]


def unit(x: torch.Tensor) -> torch.Tensor:
    return x / x.norm(dim=-1, keepdim=True)


def floats(x: torch.Tensor) -> list[float]:
    return [float(v) for v in x.detach().flatten()]


def lively(module: torch.nn.Module, seed: int) -> torch.nn.Module:
    """Random weights with wide attention and patches, so that other pictures have other embeddings."""
    randomise(module, torch.Generator().manual_seed(seed))
    wide = ("patch_embedding.weight", "conv1", "_proj.weight", "in_proj_weight", "qkv.weight", "query.weight", "key.weight")
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if name.endswith(wide) or "conv1" in name:
                parameter.mul_(3)
    return module


def inputs(images: list[torch.Tensor], **more: torch.Tensor) -> dict[str, torch.Tensor]:
    return {f"image.{i}": image for i, image in enumerate(images)} | more


def bicubic(out) -> None:
    """One picture at several sizes: Pillow's bytes, and torch's floats before any rounding."""
    directory = fresh(out / "pref-bicubic")
    image = picture(torch.Generator().manual_seed(801), 23, 37)
    io = {"image": image}
    for width, height in ((16, 11), (50, 31), (37, 9), (12, 23), (1, 1)):
        io[f"pillow.{width}x{height}"] = torch.from_numpy(
            np.array(pillow(image).resize((width, height), Image.Resampling.BICUBIC)))
        planar = image.permute(2, 0, 1)[None].float()
        io[f"torch.{width}x{height}"] = torch.nn.functional.interpolate(
            planar, size=(height, width), mode="bicubic", align_corners=False, antialias=True)[0]
    save_tensors(directory / "io.safetensors", io)
    report(directory)


def clip(out, words) -> None:
    """A CLIPModel with its processor, and the scores of clip_score, pickscore and aesthetic."""
    directory = fresh(out / "pref-clip")
    vocab, tokens = words
    config = CLIPConfig(
        text_config=dict(vocab_size=len(vocab), hidden_size=12, intermediate_size=20, num_hidden_layers=2,
                         num_attention_heads=2, max_position_embeddings=16, hidden_act="quick_gelu", eos_token_id=2,
                         bos_token_id=vocab[START], pad_token_id=vocab[END]),
        vision_config=dict(hidden_size=18, intermediate_size=30, num_hidden_layers=2, num_attention_heads=3,
                           image_size=SIDE, patch_size=PATCH, hidden_act="gelu"),
        projection_dim=14)
    model = lively(CLIPModel(config), 802)
    with torch.no_grad():
        model.logit_scale.fill_(4.1)
    model.save_pretrained(directory)
    processor = CLIPImageProcessorPil(size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE})
    processor.save_pretrained(directory)
    images = pictures(803)
    pixels = processor(images=[pillow(i) for i in images], return_tensors="pt").pixel_values
    ids = token_ids(tokens, PROMPTS)
    result = model(input_ids=ids, pixel_values=pixels)
    cosine = (result.text_embeds * result.image_embeds).sum(-1)
    raw = model.logit_scale.exp() * cosine

    head = torch.nn.Sequential(
        torch.nn.Linear(14, 12), torch.nn.Dropout(0.2), torch.nn.Linear(12, 10), torch.nn.Dropout(0.2),
        torch.nn.Linear(10, 8), torch.nn.Dropout(0.1), torch.nn.Linear(8, 6), torch.nn.Linear(6, 1))
    randomise(head, torch.Generator().manual_seed(804))
    for place in (0, 2, 4, 6, 7):
        head[place].weight.mul_(2.5)
    (directory / "head").mkdir()
    save_tensors(directory / "head/model.safetensors", {f"layers.{k}": v for k, v in head.state_dict().items()})
    save_tensors(directory / "io.safetensors", inputs(
        images, pixel_values=pixels, image_embeds=result.image_embeds, text_embeds=result.text_embeds))
    save_json(directory / "io.json", {
        "prompts": PROMPTS, "cosine": floats(cosine), "clip_score": floats(100 * cosine.clamp(min=0)),
        "clip_score_unclamped": floats(100 * cosine), "pickscore_raw": floats(raw), "pickscore_training": floats(raw / 26),
        "aesthetic": floats(head(unit(model.get_image_features(pixel_values=pixels).pooler_output)))})
    report(directory)


def save_words(directory, words, pairs) -> None:
    vocab, tokens = words
    tokens.save_pretrained(directory)
    (directory / "tokenizer.json").unlink()
    save_vocabulary(directory, vocab, pairs)


def longest_edge(image: torch.Tensor, side: int) -> torch.Tensor:
    """HPSv2's transform: to a float tensor first, the longer edge scaled, black around, normalised."""
    x = image.permute(2, 0, 1).float() / 255
    height, width = x.shape[1:]
    scale = side / max(height, width)
    new = [round(height * scale), round(width * scale)]
    x = vision.resize(x, new, vision.InterpolationMode.BICUBIC, antialias=True)
    across, down = side - new[1], side - new[0]
    x = vision.pad(x, [across // 2, down // 2, across - across // 2, down - down // 2])
    return vision.normalize(x, MEAN, STD)


def hpsv2(out, words) -> None:
    """An open_clip model in open_clip's names; the score is the plain cosine."""
    directory = fresh(out / "pref-hpsv2")
    vocab, tokens = words
    architecture = {
        "embed_dim": 14,
        "vision_cfg": {"image_size": SIDE, "layers": 2, "width": 18, "head_width": 6, "patch_size": PATCH,
                       "mlp_ratio": 2.0},
        "text_cfg": {"context_length": 16, "vocab_size": len(vocab), "width": 12, "heads": 2, "layers": 2},
    }
    model = lively(open_clip.CLIP(**architecture, output_dict=True), 805).eval()
    save_tensors(directory / "open_clip_model.safetensors", model.state_dict())
    save_json(directory / "open_clip_config.json", {
        "model_cfg": architecture, "preprocess_cfg": {"mean": list(MEAN), "std": list(STD)}})
    images = pictures(806)
    pixels = torch.stack([longest_edge(i, SIDE) for i in images])
    ids = token_ids(tokens, PROMPTS)
    result = model(pixels, ids)
    save_tensors(directory / "io.safetensors", inputs(
        images, pixel_values=pixels, image_embeds=result["image_features"], text_embeds=result["text_features"]))
    save_json(directory / "io.json", {
        "prompts": PROMPTS, "hpsv2": floats((result["image_features"] * result["text_features"]).sum(-1))})
    report(directory)


# transformers' names of BLIP's vision tower -> ImageReward's.
BLIP_NAMES = {
    "embeddings.class_embedding": "cls_token", "embeddings.position_embedding": "pos_embed",
    "embeddings.patch_embedding": "patch_embed.proj", "encoder.layers": "blocks", "layer_norm": "norm",
    "self_attn.qkv": "attn.qkv", "self_attn.projection": "attn.proj", "post_layernorm": "norm",
}


def renamed(name: str) -> str:
    for theirs, ours in BLIP_NAMES.items():
        name = name.replace(theirs, ours)
    return name


def bert_tokenizer(directory):
    """A WordPiece tokenizer of the shape of bert-base-uncased."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "photo", "of", "red", "circle", "two", "blue", "square",
              "##s", "above", "star", "green", "tri", "##angle", "left", "yellow", "cross", "below", "white", "and"]
    core = Tokenizer(models.WordPiece({p: i for i, p in enumerate(pieces)}, unk_token="[UNK]"))
    core.normalizer = normalizers.BertNormalizer(lowercase=True)
    core.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    core.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokens = PreTrainedTokenizerFast(tokenizer_object=core, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]",
                                     sep_token="[SEP]", mask_token="[MASK]")
    core.save(str(directory / "tokenizer.json"))
    return tokens, len(pieces)


def image_reward(out) -> None:
    """BLIP with ImageReward's head and names; the score is standardised."""
    directory = fresh(out / "pref-imagereward")
    tokens, vocab_size = bert_tokenizer(directory)
    eyes = BlipVisionModel(BlipVisionConfig(
        hidden_size=18, intermediate_size=72, num_hidden_layers=2, num_attention_heads=3, image_size=SIDE,
        patch_size=PATCH, hidden_act="gelu", layer_norm_eps=1e-6))
    text = BlipTextModel(BlipTextConfig(
        vocab_size=vocab_size, hidden_size=12, encoder_hidden_size=18, intermediate_size=20, num_hidden_layers=2,
        num_attention_heads=2, max_position_embeddings=40, hidden_act="gelu", layer_norm_eps=1e-12, pad_token_id=0,
        bos_token_id=2, sep_token_id=3), add_pooling_layer=False)
    lively(eyes, 807)
    lively(text, 808)
    head = torch.nn.Sequential(
        torch.nn.Linear(12, 10), torch.nn.Dropout(0.2), torch.nn.Linear(10, 8), torch.nn.Dropout(0.2),
        torch.nn.Linear(8, 7), torch.nn.Dropout(0.1), torch.nn.Linear(7, 6), torch.nn.Linear(6, 1))
    randomise(head, torch.Generator().manual_seed(809))
    state = {f"blip.visual_encoder.{renamed(k)}": v for k, v in eyes.state_dict().items()}
    state |= {f"blip.text_encoder.{k}": v for k, v in text.state_dict().items()}
    state |= {f"mlp.layers.{k}": v for k, v in head.state_dict().items()}
    save_tensors(directory / "model.safetensors", state)
    save_json(directory / "med_config.json", {
        "architectures": ["BertModel"], "hidden_act": "gelu", "hidden_size": 12, "intermediate_size": 20,
        "layer_norm_eps": 1e-12, "max_position_embeddings": 40, "model_type": "bert", "num_attention_heads": 2,
        "num_hidden_layers": 2, "vocab_size": vocab_size, "encoder_width": 18, "add_cross_attention": True})

    images = pictures(810)
    scaled = [vision.center_crop(vision.resize(pillow(i), SIDE, vision.InterpolationMode.BICUBIC), SIDE) for i in images]
    pixels = torch.stack([vision.normalize(vision.to_tensor(i), MEAN, STD) for i in scaled])
    batch = tokens(PROMPTS, padding="max_length", truncation=True, max_length=35, return_tensors="pt")
    seen = eyes(pixel_values=pixels).last_hidden_state
    result = text(input_ids=batch.input_ids, attention_mask=batch.attention_mask, encoder_hidden_states=seen,
                  encoder_attention_mask=torch.ones(seen.shape[:-1], dtype=torch.long), is_decoder=False)
    first = result.last_hidden_state[:, 0]
    scores = (head(first) - 0.16717362830052426) / 1.0333394966054072
    save_tensors(directory / "io.safetensors", inputs(images, image_states=seen, first=first, input_ids=batch.input_ids))
    save_json(directory / "io.json", {"prompts": PROMPTS, "image_reward": floats(scores)})
    report(directory)


def main() -> None:
    os.environ["HF_HUB_OFFLINE"] = "1"
    logging.getLogger("transformers").setLevel(logging.ERROR)
    out = arguments(__doc__).out
    pairs = merges(60)
    vocab = vocabulary(pairs)
    words = vocab, tokenizer(vocab, pairs, END)
    bicubic(out)
    clip(out, words)
    save_words(out / "pref-clip", words, pairs)
    hpsv2(out, words)
    image_reward(out)


if __name__ == "__main__":
    with torch.no_grad():
        main()
