package dev.meander.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.anyElementThat;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.properties.HasModifiers.Predicates.modifier;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.constructors;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noCodeUnits;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import dev.meander.model.DiffusersPipeline;
import dev.meander.model.ModelDirectory;
import dev.meander.nn.SavedLora;
import java.util.List;

/** Packages stand in one order, and each uses only those before it. */
@AnalyzeClasses(packages = "dev.meander", importOptions = DoNotIncludeTests.class)
class PackageOrderTest {
  /** The root package: what embedders use. */
  private static final String FACE = "";

  private static final List<String> ORDER =
      List.of(
          "random",
          "image",
          "config",
          "tensor",
          "distributed",
          "event",
          "prompt",
          "schedule",
          "layout",
          "weights",
          "nn",
          "text",
          "model",
          "sampler",
          "reward",
          "preference",
          "rollout",
          "generate",
          "credit",
          "advantage",
          "loss",
          "optim",
          "internal.checkpoint",
          "internal.runs",
          "internal.report",
          "train",
          "recipe",
          FACE);

  private static final List<String> WITHOUT_ENGINE =
      List.of(
          "random",
          "image",
          "config",
          "event",
          "schedule",
          "layout",
          "prompt",
          "credit",
          "advantage",
          "internal.runs",
          "internal.report");

  /** Files in the shape of objects, which their readers make: a model's, an adapter's. */
  private static final DescribedPredicate<JavaClass> READ_FROM_FILES =
      belongToAnyOf(ModelDirectory.class, SavedLora.class)
          .or(assignableTo(DiffusersPipeline.class));

  private static String[] packages(List<String> names) {
    return names.stream()
        .map(n -> n.equals(FACE) ? "dev.meander" : "dev.meander." + n + "..")
        .toArray(String[]::new);
  }

  @ArchTest
  static void packagesUseOnlyThoseBefore(JavaClasses all) {
    for (int i = 0; i < ORDER.size() - 1; i++) {
      noClasses()
          .that()
          .resideInAPackage("dev.meander." + ORDER.get(i) + "..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(packages(ORDER.subList(i + 1, ORDER.size())))
          .allowEmptyShould(true) // A package of the order may hold nothing yet.
          .check(all);
    }
  }

  /** Neighbours in the order that have nothing to say to each other. */
  @ArchTest
  static void advantagesDoNotKnowCredit(JavaClasses all) {
    noClasses()
        .that()
        .resideInAPackage("dev.meander.advantage..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.meander.credit..")
        .check(all);
  }

  /** A rollout hands on images and knows nothing of what becomes of them. */
  @ArchTest
  static void theRolloutDoesNotKnowRewards(JavaClasses all) {
    noClasses()
        .that()
        .resideInAnyPackage("dev.meander.rollout..", "dev.meander.layout..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.meander.reward..", "dev.meander.preference..", "dev.meander.credit..")
        .check(all);
  }

  /** What training needs later is in its state, but for checkpoints that were written before. */
  @ArchTest
  static void trainingDoesNotReadItsLog(JavaClasses all) {
    noClasses()
        .that()
        .resideInAPackage("dev.meander.train..")
        .and()
        .doNotHaveSimpleName("EarlierCheckpoint")
        .should()
        .dependOnClassesThat()
        .haveSimpleName("MetricsFile")
        .check(all);
  }

  /** Building is not running: what reads, connects or computes is a method, and says so. */
  @ArchTest
  static void constructorsDoNoWork(JavaClasses all) {
    constructors()
        .that()
        .areDeclaredInClassesThat(not(READ_FROM_FILES))
        .should(new DoNoWork())
        .check(all);
  }

  /** What c10d does not forgive is kept from it in one place. */
  @ArchTest
  static void onlyC10dSeesProcessGroups(JavaClasses all) {
    noClasses()
        .that()
        .haveNameNotMatching("dev\\.meander\\.distributed\\.C10d.*")
        .should()
        .dependOnClassesThat()
        .haveNameMatching(
            "org\\.bytedeco\\.pytorch\\.(nccl\\.)?(ProcessGroup.*|Backend.*|.*Store|Work)")
        .check(all);
  }

  /** What programs and extensions see is made of what they may use. */
  @ArchTest
  static void publicSignaturesDoNotShowInternals(JavaClasses all) {
    DescribedPredicate<JavaClass> internal = resideInAPackage("dev.meander.internal..");
    noCodeUnits()
        .that()
        .arePublic()
        .and()
        .areDeclaredInClassesThat(
            resideOutsideOfPackage("dev.meander.internal..").and(modifier(JavaModifier.PUBLIC)))
        .should()
        .haveRawReturnType(internal)
        .orShould()
        .haveRawParameterTypes(anyElementThat(internal))
        .check(all);
  }

  @ArchTest
  static void everyClassHasItsPlace(JavaClasses all) {
    classes().should().resideInAnyPackage(packages(ORDER)).check(all);
  }

  @ArchTest
  static void noCycles(JavaClasses all) {
    slices().matching("dev.meander.(*)..").should().beFreeOfCycles().check(all);
  }

  @ArchTest
  static void plainArithmeticWithoutTheEngine(JavaClasses all) {
    noClasses()
        .that()
        .resideInAnyPackage(packages(WITHOUT_ENGINE))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.bytedeco..", "dev.meander.tensor..")
        .check(all);
  }
}
