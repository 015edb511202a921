"""Tiny networks in ONNX files for the tests of the rewards that run on ONNX Runtime; no network is trained or random.

Run alone: it needs `onnx` (requirements-onnx.txt) and nothing of the other scripts.
"""

import argparse
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEFAULT_OUT = ROOT / "rewards" / "src" / "test" / "resources" / "onnx"
MODELS = ROOT / "models"


def constant(name: str, values, dtype=np.float32):
    return numpy_helper.from_array(np.array(values, dtype=dtype), name)


def save(path: pathlib.Path, nodes, inputs, outputs, constants) -> None:
    graph = helper.make_graph(nodes, path.stem, inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString(deterministic=True))


def floats(name: str, *shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))


def mean_color(path: pathlib.Path) -> None:
    """[N, 3, 8, 8] to `scores` [N, 2] = (mean red - mean blue, mean green + 0.5) and `doubled` [N, 2]."""
    weight = [[1, 0], [0, 1], [-1, 0]]
    save(
        path,
        [
            helper.make_node("ReduceMean", ["pixels"], ["means"], axes=[2, 3], keepdims=0),
            helper.make_node("MatMul", ["means", "weight"], ["product"]),
            helper.make_node("Add", ["product", "bias"], ["scores"]),
            helper.make_node("Add", ["scores", "scores"], ["doubled"]),
        ],
        [floats("pixels", "n", 3, 8, 8)],
        [floats("scores", "n", 2), floats("doubled", "n", 2)],
        [constant("weight", weight), constant("bias", [0, 0.5])],
    )


def corner(path: pathlib.Path) -> None:
    """[2, 4, 6, 3] to `score` [2]: red of the pixel in the top left corner; a fixed batch, channels last."""
    save(
        path,
        [
            helper.make_node("Slice", ["pixels", "from", "to", "axes"], ["pixel"]),
            helper.make_node("Reshape", ["pixel", "flat"], ["score"]),
        ],
        [floats("pixels", 2, 4, 6, 3)],
        [floats("score", 2)],
        [
            constant("from", [0, 0, 0], np.int64),
            constant("to", [1, 1, 1], np.int64),
            constant("axes", [1, 2, 3], np.int64),
            constant("flat", [2], np.int64),
        ],
    )


def detector(path: pathlib.Path) -> None:
    """[1, 3, 16, 16] to two boxes, left and right half, whose scores are the halves' mean and 0.8 of it; labels 0 and 1."""
    halves = []
    for name, start, end in (("left", 0, 8), ("right", 8, 16)):
        halves += [
            helper.make_node("Slice", ["pixels", f"{name}.from", f"{name}.to", "axis"], [f"{name}.part"]),
            helper.make_node("ReduceMean", [f"{name}.part"], [f"{name}.mean"], axes=[1, 2, 3], keepdims=0),
        ]
    save(
        path,
        halves
        + [
            helper.make_node("Concat", ["left.mean", "right.mean"], ["both"], axis=0),
            helper.make_node("Mul", ["both", "share"], ["scores"]),
            helper.make_node("Identity", ["where"], ["boxes"]),
            helper.make_node("Identity", ["what"], ["labels"]),
        ],
        [floats("pixels", 1, 3, 16, 16)],
        [floats("boxes", 2, 4), floats("scores", 2), helper.make_tensor_value_info("labels", TensorProto.INT64, [2])],
        [
            constant("left.from", [0], np.int64),
            constant("left.to", [8], np.int64),
            constant("right.from", [8], np.int64),
            constant("right.to", [16], np.int64),
            constant("axis", [3], np.int64),
            constant("share", [1, 0.8]),
            constant("where", [[0, 0, 8, 16], [8, 0, 16, 16]]),
            constant("what", [0, 1], np.int64),
        ],
    )


def masks(path: pathlib.Path) -> None:
    """[1, 3, 16, 16] to the halves in shares of the picture, both certain, and masks [2, 8, 8]: the left one's upper half, all."""
    shapes = np.zeros((2, 8, 8), dtype=bool)
    shapes[0, :4, :4] = True
    shapes[1] = True
    save(
        path,
        [
            helper.make_node("ReduceMax", ["pixels"], ["most"], axes=[1, 2, 3], keepdims=0),
            helper.make_node("Greater", ["most", "nothing"], ["anything"]),
            helper.make_node("And", ["shapes", "anything"], ["masks"]),
            helper.make_node("Identity", ["sure"], ["scores"]),
            helper.make_node("Identity", ["where"], ["boxes"]),
            helper.make_node("Identity", ["what"], ["labels"]),
        ],
        [floats("pixels", 1, 3, 16, 16)],
        [floats("boxes", 2, 4), floats("scores", 2), helper.make_tensor_value_info("labels", TensorProto.INT64, [2]),
         helper.make_tensor_value_info("masks", TensorProto.BOOL, [2, 8, 8])],
        [
            constant("nothing", [-100.0]),
            constant("shapes", shapes, bool),
            constant("sure", [1.0, 1.0]),
            constant("where", [[0, 0, 0.5, 1], [0.5, 0, 1, 1]]),
            constant("what", [0, 1], np.int64),
        ],
    )


def embedder(path: pathlib.Path) -> None:
    """[N, 3, 4, 4] to `embedding` [N, 3]: the mean colour, twice as long."""
    save(
        path,
        [
            helper.make_node("ReduceMean", ["pixels"], ["means"], axes=[2, 3], keepdims=0),
            helper.make_node("Add", ["means", "means"], ["embedding"]),
        ],
        [floats("pixels", "n", 3, 4, 4)],
        [floats("embedding", "n", 3)],
        [],
    )


def sharpness(path: pathlib.Path) -> None:
    """Pictures [N, 3, H, W] in 0..1 to [N, 1]: mean |4 Y - left - right - up - down| of the luma over inner pixels."""
    laplacian = [[[[0, -1, 0], [-1, 4, -1], [0, -1, 0]]]]
    save(
        path,
        [
            helper.make_node("Conv", ["image", "luma"], ["y"]),
            helper.make_node("Conv", ["y", "laplacian"], ["edges"]),
            helper.make_node("Abs", ["edges"], ["strength"]),
            helper.make_node("GlobalAveragePool", ["strength"], ["mean"]),
            helper.make_node("Flatten", ["mean"], ["sharpness"]),
        ],
        [floats("image", "N", 3, "H", "W")],
        [floats("sharpness", "N", 1)],
        [constant("luma", [[[[0.299]], [[0.587]], [[0.114]]]]), constant("laplacian", laplacian)],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, default=DEFAULT_OUT, help="fixture directory")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    mean_color(out / "mean-color.onnx")
    corner(out / "corner.onnx")
    detector(out / "detector.onnx")
    masks(out / "masks.onnx")
    embedder(out / "embedder.onnx")
    sharpness(MODELS / "sharpness.onnx")


if __name__ == "__main__":
    main()
