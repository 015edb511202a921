package dev.meander.nn;

import dev.meander.config.Problems;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names that trainers give the tensors of an adapter.
 *
 * @param stored the name in the file by the plain one: {@code <layer>.lora_A.weight}, {@code
 *     <layer>.lora_B.weight}, {@code <layer>.alpha}
 * @param prefix what most names of the file have before the layer's
 */
record LoraNames(Map<String, String> stored, String prefix) {
  static final String ALPHA = ".alpha";

  /** What wrappers of a model put between the names of its modules. */
  private static final Set<String> WRAPPERS =
      Set.of("_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "module");

  private static final Pattern PEFT = Pattern.compile("(.+)\\.lora_(A|B)(?:\\.([^.]+))?\\.weight");

  /** Earlier diffusers, and trainers after them; {@code processor.to_q_lora} is the oldest form. */
  private static final Pattern UP_DOWN =
      Pattern.compile("(.+?)(?:\\.lora|_lora)[._](down|up)\\.weight");

  private static final Pattern PROCESSOR = Pattern.compile("(.+)\\.processor\\.([a-z_]+)");

  private static final String CONVERT =
      "; in Python diffusers converts it: pipe.load_lora_weights(\"%s\"), then"
          + " pipe.transformer.save_lora_adapter(\"DIRECTORY\")";

  /** Reads the names of a file; two that mean one tensor are noted as a problem. */
  static LoraNames of(Collection<String> names, Problems problems) {
    Map<String, String> stored = new TreeMap<>();
    Map<String, Integer> prefixes = new TreeMap<>();
    List<String> twice = new ArrayList<>();
    for (String name : names) {
      String bare = unwrapped(name);
      prefixes.merge(prefix(name), 1, Integer::sum);
      String before = stored.putIfAbsent(plain(bare), name);
      if (before != null) {
        twice.add(before + " and " + name);
      }
    }
    if (!twice.isEmpty()) {
      problems.add(
          "it holds more than one adapter: %s are for one layer; save each in a file of its own"
              .formatted(twice.get(0)));
    }
    String usual =
        prefixes.entrySet().stream()
            .max(Map.Entry.comparingByValue())
            .map(Map.Entry::getKey)
            .orElse("");
    return new LoraNames(stored, usual);
  }

  private static String prefix(String name) {
    for (String known : List.of(LoraFiles.PREFIX, LoraFiles.DIFFUSERS_PREFIX)) {
      if (name.startsWith(known)) {
        return known;
      }
    }
    return "";
  }

  private static String unwrapped(String name) {
    String bare =
        String.join(
            ".", List.of(name.split("\\.")).stream().filter(s -> !WRAPPERS.contains(s)).toList());
    for (String known = prefix(bare); !known.isEmpty(); known = prefix(bare)) {
      bare = bare.substring(known.length());
    }
    return bare;
  }

  private static String plain(String bare) {
    Matcher peft = PEFT.matcher(bare);
    if (peft.matches()) {
      return peft.group(1) + ".lora_" + peft.group(2) + ".weight";
    }
    Matcher upDown = UP_DOWN.matcher(bare);
    if (upDown.matches()) {
      String layer = upDown.group(1);
      Matcher processor = PROCESSOR.matcher(layer);
      if (processor.matches()) {
        String module = processor.group(2);
        layer = processor.group(1) + "." + (module.equals("to_out") ? "to_out.0" : module);
      }
      return layer + (upDown.group(2).equals("down") ? LoraPlan.A : LoraPlan.B);
    }
    return bare;
  }

  /** The adapted layers. */
  Set<String> layers() {
    Set<String> found = new TreeSet<>();
    stored.keySet().stream()
        .filter(n -> n.endsWith(LoraPlan.A) || n.endsWith(LoraPlan.B))
        .forEach(n -> found.add(n.substring(0, n.length() - LoraPlan.A.length())));
    return found;
  }

  /**
   * What a file is that another trainer wrote in a form that is not read: one line with the way
   * out.
   */
  static Optional<String> foreign(Collection<String> names, String file) {
    Predicate<String> dora = n -> n.contains("dora_scale") || n.contains("lora_magnitude_vector");
    if (names.stream().anyMatch(dora)) {
      return Optional.of(
          "it is a DoRA adapter (%s): the magnitudes that it has beside its LoRA are not computed here; train with use_dora: false, or merge it in Python"
              .formatted(first(names, dora)));
    }
    Predicate<String> lycoris =
        n ->
            n.endsWith(".diff")
                || List.of(".hada_w", ".lokr_w", ".oft_", ".boft_", ".lora_mid.").stream()
                    .anyMatch(n::contains);
    if (names.stream().anyMatch(lycoris)) {
      return Optional.of(
          "it is an adapter of LyCORIS in another form than LoRA (%s); merge it into the model in Python"
              .formatted(first(names, lycoris)));
    }
    Predicate<String> kohya =
        n -> n.startsWith("lora_unet_") || n.startsWith("lora_te") || n.startsWith("lora_transf");
    if (names.stream().anyMatch(kohya)) {
      return Optional.of(
          "its names are those of kohya's sd-scripts (%s)".formatted(first(names, kohya))
              + CONVERT.formatted(file));
    }
    Predicate<String> comfy = n -> n.startsWith("diffusion_model.");
    if (names.stream().anyMatch(comfy)) {
      return Optional.of(
          "its names are those of ComfyUI (%s)".formatted(first(names, comfy))
              + CONVERT.formatted(file));
    }
    Predicate<String> unet = n -> n.startsWith("unet.");
    if (names.stream().anyMatch(unet)) {
      return Optional.of(
          "it is for a UNet as Stable Diffusion 1.5 and SDXL have it (%s), not for a transformer"
              .formatted(first(names, unet)));
    }
    Predicate<String> text = n -> n.startsWith("text_encoder") || n.startsWith("text_model.");
    long encoders = names.stream().filter(text).count();
    if (encoders > 0) {
      return Optional.of(
          "it trains a text encoder (%s%s), which is not adapted here%s"
              .formatted(
                  first(names, text),
                  encoders == 1 ? "" : " and " + (encoders - 1) + " more tensors",
                  encoders == names.size() ? "" : "; save its transformer's part alone"));
    }
    return Optional.empty();
  }

  private static String first(Collection<String> names, Predicate<String> which) {
    return names.stream().filter(which).findFirst().orElseThrow();
  }
}
