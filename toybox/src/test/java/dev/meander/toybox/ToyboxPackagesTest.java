package dev.meander.toybox;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;

@AnalyzeClasses(
    packages = {"dev.meander.toybox", "dev.meander.pretrain"},
    importOptions = DoNotIncludeTests.class)
class ToyboxPackagesTest {
  @ArchTest
  static void theWorldNeedsNeitherEngineNorTraining(JavaClasses all) {
    noClasses()
        .that()
        .resideInAPackage("dev.meander.toybox..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.bytedeco..", "dev.meander.tensor..", "dev.meander.pretrain..")
        .check(all);
  }

  @ArchTest
  static void pretrainingDoesNotKnowTheLoop(JavaClasses all) {
    noClasses()
        .that()
        .resideInAPackage("dev.meander.pretrain..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.meander.train..", "dev.meander.rollout..")
        .check(all);
  }
}
