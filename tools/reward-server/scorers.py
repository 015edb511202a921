"""Scorers: replace them by your own. Each takes a list of `protocol.Sample`s and gives a number for each."""

from protocol import CannotScore


def brightness(samples):
    """The mean level of all pixels, 0 to 1."""
    return [sum(_levels(s.image)) / (255 * 3 * s.image.width * s.image.height) for s in samples]


def nearness(samples):
    """1 minus the mean distance to the picture that the image was made from."""
    scores = []
    for s in samples:
        if s.source is None:
            raise CannotScore(f'prompt {s.prompt_id} has no "source_image"')
        pairs = zip(_levels(s.image), _levels(s.source.resize(s.image.size)))
        scores.append(1 - sum(abs(a - b) for a, b in pairs) / (255 * 3 * s.image.width * s.image.height))
    return scores


def brightness_rank(group):
    """For groups: the share of the others that an image is brighter than; a tie is one half."""
    own = brightness(group)
    return [
        sum((a > b) + (a == b) / 2 for j, b in enumerate(own) if j != i) / (len(own) - 1)
        for i, a in enumerate(own)
    ]


def hpsv3():
    """HPSv3 (pip install hpsv3; needs a GPU and its weights): the mean of its two numbers."""
    import os
    import tempfile

    from hpsv3 import HPSv3RewardInferencer

    model = HPSv3RewardInferencer(device="cuda")

    def score(samples):
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for i, s in enumerate(samples):
                paths.append(os.path.join(folder, f"{i}.png"))
                s.image.save(paths[-1])
            rewards = model.reward(prompts=[s.prompt for s in samples], image_paths=paths)
            return [r[0].item() for r in rewards]

    return score


def _levels(image):
    return image.tobytes()
