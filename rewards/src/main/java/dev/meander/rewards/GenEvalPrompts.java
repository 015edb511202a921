package dev.meander.rewards;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.prompt.Prompt;
import dev.meander.prompt.PromptProvider;
import dev.meander.random.Domain;
import dev.meander.random.RandomStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Prompts drawn by the rules of GenEval (arXiv 2310.11513): 80 classes of COCO, six tasks, its
 * articles and plurals.
 *
 * <p>{@code geneval:test} has the form of the published list (every class alone, and a hundred
 * draws of each other task without repetitions), {@code geneval:train} the mixture of Flow-GRPO
 * (arXiv 2505.05470: position, counting, color_attr, two_object, colors as 7:5:3:1:1, no single
 * objects) without any combination that the test has, whatever its order. The published lists
 * themselves are files that recipes name instead.
 */
public final class GenEvalPrompts implements PromptProvider {
  /** COCO's classes under GenEval's names. */
  static final List<String> CLASSES =
      List.of(
          """
          person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light, fire hydrant, stop sign, \
          parking meter, bench, bird, cat, dog, horse, sheep, cow, elephant, bear, zebra, giraffe, backpack, umbrella, \
          handbag, tie, suitcase, frisbee, skis, snowboard, sports ball, kite, baseball bat, baseball glove, skateboard, \
          surfboard, tennis racket, bottle, wine glass, cup, fork, knife, spoon, bowl, banana, apple, sandwich, orange, \
          broccoli, carrot, hot dog, pizza, donut, cake, chair, couch, potted plant, bed, dining table, toilet, tv, \
          laptop, computer mouse, tv remote, computer keyboard, cell phone, microwave, oven, toaster, sink, refrigerator, \
          book, clock, vase, scissors, teddy bear, hair drier, toothbrush"""
              .split(", "));

  private static final List<String> RELATIONS = List.of("left of", "right of", "above", "below");
  private static final List<String> NUMBERS = List.of("two", "three", "four");
  private static final int TEST_DRAWS = 100;
  private static final int TRAIN = 12_000;
  private static final int TEST_SET = 0;
  private static final int TRAIN_SET = 1;
  private static final int SEED = 43; // create_prompts.py's default

  /** The tasks, each drawing one line. */
  private enum Task {
    SINGLE_OBJECT {
      @Override
      ObjectNode draw(RandomStream random) {
        return single(random.pick(CLASSES));
      }
    },
    TWO_OBJECT {
      @Override
      ObjectNode draw(RandomStream random) {
        List<String> two = twoOf(CLASSES, random);
        ObjectNode line = line("a photo of %s and %s".formatted(a(two.get(0)), a(two.get(1))));
        two.forEach(name -> clause(line, name, 1));
        return line;
      }
    },
    COUNTING {
      @Override
      ObjectNode draw(RandomStream random) {
        String name = random.pick(CLASSES);
        int count = 2 + random.nextInt(NUMBERS.size());
        String plural = name + (name.endsWith("s") ? "es" : "s");
        ObjectNode line = line("a photo of %s %s".formatted(NUMBERS.get(count - 2), plural));
        clause(line, name, count);
        line.putArray("exclude").addObject().put("class", name).put("count", count + 1);
        return line;
      }
    },
    COLORS {
      @Override
      ObjectNode draw(RandomStream random) {
        String name = random.pick(COLOURED);
        String color = random.pick(ColorClassifier.COLORS);
        ObjectNode line = line("a photo of %s %s".formatted(a(color), name));
        clause(line, name, 1).put("color", color);
        return line;
      }
    },
    POSITION {
      @Override
      ObjectNode draw(RandomStream random) {
        List<String> two = twoOf(CLASSES, random);
        String relation = random.pick(RELATIONS);
        ObjectNode line =
            line("a photo of %s %s %s".formatted(a(two.get(0)), relation, a(two.get(1))));
        clause(line, two.get(1), 1);
        clause(line, two.get(0), 1).putArray("position").add(relation).add(0);
        return line;
      }
    },
    COLOR_ATTR {
      @Override
      ObjectNode draw(RandomStream random) {
        List<String> two = twoOf(COLOURED, random);
        List<String> colors = twoOf(ColorClassifier.COLORS, random);
        ObjectNode line =
            line(
                "a photo of %s %s and %s %s"
                    .formatted(a(colors.get(0)), two.get(0), a(colors.get(1)), two.get(1)));
        for (int i = 0; i < 2; i++) {
          clause(line, two.get(i), 1).put("color", colors.get(i));
        }
        return line;
      }
    };

    /** GenEval asks for no coloured people. */
    private static final List<String> COLOURED = CLASSES.subList(1, CLASSES.size());

    abstract ObjectNode draw(RandomStream random);

    ObjectNode single(String name) {
      ObjectNode line = line("a photo of " + a(name));
      clause(line, name, 1);
      return line;
    }

    ObjectNode line(String prompt) {
      ObjectNode line = JsonNodeFactory.instance.objectNode();
      line.put("tag", name().toLowerCase(Locale.ROOT));
      line.putArray("include");
      return line.put("prompt", prompt);
    }

    private static ObjectNode clause(ObjectNode line, String name, int count) {
      return ((ArrayNode) line.get("include")).addObject().put("class", name).put("count", count);
    }

    private static String a(String noun) {
      return ("aeiou".indexOf(noun.charAt(0)) < 0 ? "a " : "an ") + noun;
    }

    private static List<String> twoOf(List<String> items, RandomStream random) {
      int first = random.nextInt(items.size());
      int second = random.nextInt(items.size() - 1);
      return List.of(items.get(first), items.get(second + (second < first ? 0 : 1)));
    }
  }

  private static final List<Task> TRAINED =
      Map.of(
              Task.POSITION,
              7,
              Task.COUNTING,
              5,
              Task.COLOR_ATTR,
              3,
              Task.TWO_OBJECT,
              1,
              Task.COLORS,
              1)
          .entrySet()
          .stream()
          .sorted(Map.Entry.comparingByKey())
          .flatMap(e -> Stream.generate(e::getKey).limit(e.getValue()))
          .toList();

  @Override
  public String name() {
    return "geneval";
  }

  @Override
  public List<String> sets() {
    return List.of("train", "test");
  }

  @Override
  public List<Prompt> prompts(String set) {
    return numbered(set.equals("test") ? test() : train());
  }

  private static List<ObjectNode> test() {
    Map<String, ObjectNode> lines = new LinkedHashMap<>();
    CLASSES.forEach(name -> add(lines, Task.SINGLE_OBJECT.single(name)));
    for (Task task : Task.values()) {
      for (int i = 0; task != Task.SINGLE_OBJECT && i < TEST_DRAWS; i++) {
        add(lines, task.draw(stream(TEST_SET, task, i)));
      }
    }
    return List.copyOf(lines.values());
  }

  private static List<ObjectNode> train() {
    Set<String> tested = new HashSet<>();
    test().forEach(line -> tested.add(combination(line)));
    List<ObjectNode> lines = new ArrayList<>();
    for (int i = 0; lines.size() < TRAIN; i++) {
      Task task = TRAINED.get(lines.size() % TRAINED.size());
      ObjectNode line = task.draw(stream(TRAIN_SET, task, i));
      if (!tested.contains(combination(line))) {
        lines.add(line);
      }
    }
    return lines;
  }

  private static RandomStream stream(int set, Task task, int draw) {
    return Domain.GENEVAL.stream(SEED, set, task.ordinal(), draw);
  }

  private static void add(Map<String, ObjectNode> lines, ObjectNode line) {
    lines.putIfAbsent(line.toString(), line);
  }

  /** What a line asks for, in one order: a left of b is b right of a. */
  static String combination(ObjectNode line) {
    Set<String> clauses = new TreeSet<>();
    String relation = "";
    ArrayNode include = (ArrayNode) line.get("include");
    for (int i = 0; i < include.size(); i++) {
      ObjectNode clause = ((ObjectNode) include.get(i)).deepCopy();
      if (clause.remove("position") instanceof ArrayNode position) {
        int at = RELATIONS.indexOf(position.get(0).asText());
        String other = include.get(position.get(1).asInt()).path("class").asText();
        String own = clause.path("class").asText();
        relation =
            at % 2 == 0
                ? own + "/" + RELATIONS.get(at) + "/" + other
                : other + "/" + RELATIONS.get(at - 1) + "/" + own;
      }
      clauses.add(clause.toString());
    }
    return line.get("tag").asText() + clauses + relation;
  }

  private static List<Prompt> numbered(List<ObjectNode> lines) {
    List<Prompt> prompts = new ArrayList<>();
    for (ObjectNode line : lines) {
      prompts.add(
          new Prompt(Integer.toString(prompts.size() + 1), line.path("prompt").asText(), line));
    }
    return prompts;
  }
}
