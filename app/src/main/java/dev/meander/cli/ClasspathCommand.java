package dev.meander.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code meander classpath}. */
@Command(
    name = "classpath",
    header = "Print the class path, to compile rewards and variants of one's own against.",
    footer = {
      "",
      "Example:",
      "  javac -d mine -cp \"$(meander classpath)\" MyReward.java MyRewardProvider.java",
      "  MEANDER_CLASSPATH=mine meander train my-recipe.yaml"
    })
final class ClasspathCommand implements Callable<Integer> {
  @ParentCommand private Meander meander;

  @Override
  public Integer call() {
    meander.line(System.getProperty("java.class.path"));
    return 0;
  }
}
