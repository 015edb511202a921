package dev.meander.preference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.ConfigFile;
import dev.meander.image.Image;
import dev.meander.prompt.Prompt;
import dev.meander.reward.Reward.Sample;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.testing.Fixture;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Pictures, prompts and expected scores of a fixture of {@code make_preference.py}. */
record Pictures(Fixture fixture, List<Image> images, List<String> prompts) {
  static Pictures of(String name) {
    Fixture fixture = Fixture.of(name);
    List<String> prompts = new ArrayList<>();
    ConfigFile.read(fixture.directory().resolve("io.json"))
        .path("prompts")
        .forEach(p -> prompts.add(p.asText()));
    List<Image> images = new ArrayList<>();
    try (Scope scope = new Scope()) {
      Map<String, Tensor> io = fixture.io();
      for (int i = 0; io.containsKey("image." + i); i++) {
        Tensor pixels = io.get("image." + i);
        float[] values = Tensors.floats(pixels);
        byte[] rgb = new byte[values.length];
        for (int k = 0; k < rgb.length; k++) {
          rgb[k] = (byte) values[k];
        }
        images.add(new Image((int) pixels.size(1), (int) pixels.size(0), rgb));
      }
    }
    return new Pictures(fixture, images, prompts);
  }

  /** Each prompt with its picture. */
  List<Sample> samples() {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      ObjectNode none = JsonNodeFactory.instance.objectNode();
      samples.add(new Sample(new Prompt("p" + i, prompts.get(i), none), images.get(i)));
    }
    return samples;
  }

  float[] expected(String scores) {
    JsonNode list = ConfigFile.read(fixture.directory().resolve("io.json")).path(scores);
    float[] expected = new float[list.size()];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = (float) list.get(i).asDouble();
    }
    return expected;
  }

  /** The fixture's directory as a setting. */
  String path() {
    return fixture.directory().toString();
  }
}
