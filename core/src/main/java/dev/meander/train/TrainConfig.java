package dev.meander.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.advantage.Grouping;
import dev.meander.advantage.RewardMix;
import dev.meander.advantage.SeedGroups;
import dev.meander.advantage.Selection;
import dev.meander.advantage.StdScope;
import dev.meander.config.Alias;
import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.FilePath;
import dev.meander.config.Flat;
import dev.meander.config.Home;
import dev.meander.config.Positive;
import dev.meander.config.Range;
import dev.meander.config.Rule;
import dev.meander.config.Rules;
import dev.meander.config.UserError;
import dev.meander.config.Variant;
import dev.meander.credit.CreditRule;
import dev.meander.distributed.DistributedConfig;
import dev.meander.event.Event;
import dev.meander.event.MlflowConfig;
import dev.meander.layout.RolloutPlan;
import dev.meander.loss.KlPenalty;
import dev.meander.loss.Objective;
import dev.meander.optim.AdamWConfig;
import dev.meander.optim.EmaConfig;
import dev.meander.optim.GradClip;
import dev.meander.optim.LearningRate;
import dev.meander.prompt.Prompt;
import dev.meander.prompt.PromptGroup;
import dev.meander.prompt.PromptSet;
import dev.meander.reward.GroupReward;
import dev.meander.sampler.StochasticDynamics;
import dev.meander.schedule.ScheduleSpec;
import dev.meander.schedule.StepRange;
import dev.meander.schedule.StepWeight;
import dev.meander.schedule.StepWindow;
import dev.meander.tensor.Hardware;
import dev.meander.text.TextOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A whole training run as one value. */
public record TrainConfig(
    @Doc("Name of the run; the default output directory is runs/NAME.") String name,
    @Doc("One line for `meander recipes`.") @Default("") String description,
    @Doc("Seed of the noise, the prompt order and the adapter's initial weights.") @Default("1")
        long seed,
    @Doc(
            "Threads of the tensor engine; 0 means all processors. Exact resume needs the same number.")
        @Default("0")
        @Range(min = 0, max = 1024)
        int threads,
    @Doc(
            "Parts that each batch is split into and that are computed at once, sharing the threads; 0 means"
                + " one for every thread, which is best for small models.")
        @Default("0")
        @Range(min = 0, max = 1024)
        int workers,
    @Doc("How the work is shared among processes that train together.") @Default("{}")
        Distributed distributed,
    @Doc(
            "How many rollouts, each followed by its updates. Where there is a `budget`, that ends the run, and this is"
                + " only what learning rates without a total are drawn over before they are scaled to it.")
        @Positive
        int rollouts,
    @Doc(
            "What the run may spend, in the place of a number of rollouts: it ends with the rollout nearest to it, is"
                + " evaluated at equal shares of it (not by `evaluation.every`), and learning rates are scheduled over it.")
        Optional<Budget> budget,
    @Doc("The model.") Model model,
    @Doc("How images are sampled in training.") Sampling sampling,
    @Doc("The reinforcement learning method.") Method method,
    @Doc("The training prompts.") Data data,
    @Doc("What is rewarded; several rewards are combined by `mix`.") List<RewardTerm> rewards,
    @Doc("How several rewards become one advantage.") @Default("weighted_sum") RewardMix mix,
    @Doc("Rewards that are measured on the training images and never trained on.") @Default("[]")
        List<GoldReward> goldRewards,
    @Doc("When to warn that the trained reward rises while a gold reward falls.") @Default("{}")
        GoldWatch.Config goldWatch,
    @Doc("What is trained: a LoRA adapter or every weight.") Policy policy,
    @Doc("The optimizer.") Update update,
    @Doc("Held-out evaluation.") Evaluation evaluation,
    @Doc("Checkpoints.") @Default("{}") Saving checkpoints,
    @Doc("Images for `meander explain`; rewards and credits are always written.") @Default("{}")
        Insight insight,
    @Doc("Who is told when the run ends or goes wrong.") @Default("{}") Alerts alerts,
    @Doc("Other programs that are told of the run as it goes on.") @Default("{}") Events events) {

  public TrainConfig {
    Rules.require(
        TrainConfig.class,
        name,
        description,
        seed,
        threads,
        workers,
        distributed,
        rollouts,
        budget,
        model,
        sampling,
        method,
        data,
        rewards,
        mix,
        goldRewards,
        goldWatch,
        policy,
        update,
        evaluation,
        checkpoints,
        insight,
        alerts,
        events);
    rewards = List.copyOf(rewards);
    goldRewards = List.copyOf(goldRewards);
  }

  /** The same run of another policy. */
  TrainConfig with(Policy other) {
    return new TrainConfig(
        name,
        description,
        seed,
        threads,
        workers,
        distributed,
        rollouts,
        budget,
        model,
        sampling,
        method,
        data,
        rewards,
        mix,
        goldRewards,
        goldWatch,
        other,
        update,
        evaluation,
        checkpoints,
        insight,
        alerts,
        events);
  }

  /** The learning rate of the run: a total that is left out is that of {@link #rollouts}. */
  LearningRate learningRate() {
    return update.over(rollouts).learningRate();
  }

  /**
   * The learning rate of the next update. Under a budget the schedule's whole course, warm-up
   * included, is drawn over the budget.
   *
   * @param updates the number of optimizer updates so far
   * @param spent what was spent before the rollout that the update is on
   */
  double learningRate(long updates, Cost spent) {
    LearningRate rate = learningRate();
    return budget.isPresent() && rate.end().isPresent()
        ? rate.at((long) (budget.get().progress(spent) * rate.end().getAsLong()))
        : rate.at(updates);
  }

  @Rule({"update.learning_rate", "update.updates_per_rollout", "update.epochs", "rollouts"})
  static String scheduleOfTheRun(LearningRate rate, int updates, int epochs, int rollouts) {
    try {
      rate.over(Update.inAll(updates, epochs, rollouts));
      return "";
    } catch (UserError e) {
      return "update.learning_rate: "
          + e.getMessage()
          + "; left out, total is updates_per_rollout x epochs x rollouts";
    }
  }

  @Rule("rewards")
  static String something(List<RewardTerm> rewards) {
    return rewards.isEmpty() ? "rewards: at least one is needed" : "";
  }

  @Rule({"data.prompts_per_rollout", "update.updates_per_rollout"})
  static String wholeGroups(int prompts, int updates) {
    return prompts % updates == 0
        ? ""
        : "data.prompts_per_rollout (%d) must be a multiple of update.updates_per_rollout (%d): each update takes whole groups"
            .formatted(prompts, updates);
  }

  @Rule({"method.plan", "data.group_size"})
  static String groupsOfThePlan(RolloutPlan plan, int groupSize) {
    return plan.problem(groupSize);
  }

  @Rule({"method.credit", "method.plan"})
  static String trajectoriesOfThePlan(CreditRule credit, RolloutPlan plan) {
    return credit.needsTrajectories() && !plan.hasTrajectories()
        ? "method.credit: turning points need a trajectory to turn; along a trunk of the ODE there is none, and they"
            + " would pay what incremental pays: set method.plan.trunk: sde, or method.credit: incremental"
        : "";
  }

  @Rule({"method.objective", "method.dynamics"})
  static String objectiveOfTheDynamics(Objective objective, StochasticDynamics dynamics) {
    return objective.problem(dynamics);
  }

  @Rule({"method.grouping", "method.plan", "data.group_size"})
  static String comparedSamples(Grouping grouping, RolloutPlan plan, int groupSize) {
    return grouping instanceof SeedGroups && plan.initialNoises(groupSize) == groupSize
        ? "method.grouping: seed compares samples that share their initial noise, but here every sample has its own;"
            + " set method.plan.noises, or use plan branches"
        : "";
  }

  @Rule("method.dynamics")
  static String noise(StochasticDynamics dynamics) {
    return dynamics.noise().isZero()
        ? "method.dynamics: without noise every step follows the ODE and has no density to train; set its noise level above 0"
        : "";
  }

  @Rule({"policy", "model.dtype"})
  static String precisionOfThePolicy(Policy policy, Precision dtype) {
    return policy instanceof Full && dtype != Precision.FLOAT32
        ? "policy: full trains the weights themselves, whose small changes bfloat16 cannot hold; set model.dtype:"
            + " float32, or train a lora"
        : "";
  }

  @Rule({"method.window", "sampling.steps", "seed"})
  static String windowInside(StepWindow window, int steps, long seed) {
    window.window(steps, seed, 0).requireTrainable(steps);
    return "";
  }

  /**
   * What is wrong with the places of rewards that compare the images of a group, a line each.
   *
   * @param comparesGroups whether the reward of a name does
   */
  public List<String> problemsOfGroups(Predicate<String> comparesGroups) {
    List<String> problems = new ArrayList<>();
    if (comparesGroups.test(evaluation.reward().name())) {
      problems.add(
          "evaluation.reward: %s compares the images of a group with each other, which says nothing about a model; judge by a reward that scores each image by itself"
              .formatted(evaluation.reward().name()));
    }
    Optional<String> comparing =
        Stream.concat(
                rewards.stream().map(RewardTerm::name), goldRewards.stream().map(GoldReward::name))
            .filter(comparesGroups)
            .findFirst();
    PromptGroup group = new PromptGroup(0, Prompt.of("", ""), data.groupSize());
    boolean alone =
        method
            .plan()
            .layout(List.of(group), new StepRange(0, 1), method.credit().needsCompletions())
            .places()
            .stream()
            .anyMatch(place -> place.length < GroupReward.LEAST);
    if (comparing.isPresent() && alone) {
      problems.add(
          "rewards: %s compares the images of a prompt that stand at one place of the tree, at least two, but with data.group_size: %d there is only one before the window, which method.credit looks at; raise data.group_size, lower method.plan.branches, or set method.credit: terminal"
              .formatted(comparing.get(), data.groupSize()));
    }
    return problems;
  }

  /** How the gradients of parts are added. */
  public enum Sum {
    /** Along a fixed tree over the parts. */
    EXACT,
    /** Whatever order is fastest. */
    FAST
  }

  /** How the work is shared among processes. */
  public record Distributed(
      @Doc(
              "Parts that the samples of each update are cut into, each sampled and trained on apart from the others; any"
                  + " number of processes that share them computes the same. 0 means one part for each process, so that"
                  + " results depend on their number by rounding.")
          @Default("0")
          @Range(min = 0, max = 4096)
          int parts,
      @Doc(
              "How the gradients of the parts are added: `exact` along a fixed tree, `fast` by one all-reduce, whose rounding"
                  + " depends on the number of processes. Left out: exact for a lora, fast for full.")
          Optional<Sum> sum,
      @Doc("How patient the processes are with each other.") @Flat DistributedConfig patience) {
    /** How many parts there are with so many processes. */
    int parts(int processes) {
      return parts == 0 ? processes : parts;
    }
  }

  /** How the gradients of parts are added. */
  Sum sum() {
    return distributed.sum().orElse(policy instanceof Full ? Sum.FAST : Sum.EXACT);
  }

  /** Where the held-out evaluation samples otherwise than training does. */
  public List<Event.EvaluationDiffers> differences() {
    List<Event.EvaluationDiffers> found = new ArrayList<>();
    // A guidance scale of 1 and less means none.
    compare(
        "guidance", Math.max(1, sampling.guidance()), Math.max(1, evaluation.guidance()), found);
    compare("embedded_guidance", sampling.embeddedGuidance(), evaluation.embeddedGuidance(), found);
    return found;
  }

  private static void compare(
      String setting, double training, double evaluated, List<Event.EvaluationDiffers> found) {
    if (training != evaluated) {
      found.add(new Event.EvaluationDiffers(0, setting, training, evaluated));
    }
  }

  /** Where the model lies and the size of its images. */
  public record Model(
      @Doc("Directory in diffusers' layout.") @FilePath String path,
      @Doc(
              "Tokens of T5, or rows of zeros in their place where the model has none; -1 takes the model's own"
                  + " setting or diffusers' (256 for Stable Diffusion 3, 512 for FLUX).")
          @Default("-1")
          @Range(min = -1, max = 4096)
          int t5Tokens,
      @Doc("Pixels.") @Default("64") @Positive int height,
      @Doc("Pixels.") @Default("64") @Positive int width,
      @Doc(
              "What the transformer's weights are kept and computed in; adapters, the sampler and the optimizer stay"
                  + " float32.")
          @Default("float32")
          Precision dtype,
      @Doc("What the model is computed on; cuda needs the engine's build with CUDA.")
          @Default("cpu")
          Hardware device,
      @Doc(
              "What the text encoders' weights are kept and computed in; bfloat16 takes half the memory.")
          @Default("float32")
          Precision textDtype,
      @Doc(
              "keep holds the text encoders in memory; free encodes every prompt of the run before training and lets"
                  + " them go. The results are the same.")
          @Default("keep")
          TextMode textEncoders,
      @Doc(
              "Where free keeps the prompts' embeddings, for other runs too; empty means a folder in the user's cache.")
          @Default("")
          @FilePath
          String embeddings,
      @Doc(
              "Whether images larger than the autoencoder was made for are decoded in overlapping tiles, which"
                  + " takes less memory.")
          @Default("false")
          boolean tiledDecode) {

    /** How the text encoders read prompts. */
    public TextOptions text() {
      OptionalInt most = t5Tokens < 0 ? OptionalInt.empty() : OptionalInt.of(t5Tokens);
      return new TextOptions(most, textDtype.engine());
    }

    /** The directory; a bundled model is found from any working directory. */
    public Path directory() {
      return Home.resolve(path);
    }
  }

  /** Element types of a transformer's weights. */
  public enum Precision {
    @Alias("f32")
    FLOAT32(ScalarType.Float),
    @Alias("bf16")
    BFLOAT16(ScalarType.BFloat16);

    private final ScalarType engine;

    Precision(ScalarType engine) {
      this.engine = engine;
    }

    /** The engine's name of the type. */
    public ScalarType engine() {
      return engine;
    }
  }

  /** What becomes of the text encoders. */
  public enum TextMode {
    KEEP,
    FREE
  }

  /** How training images are sampled. */
  public record Sampling(
      @Doc("Denoising steps T of a training rollout.") @Default("10") @Range(min = 2, max = 1000)
          int steps,
      @Doc("Guidance scale of rollout and update; 1 or less means none.") @Default("1.0")
          double guidance,
      @Doc(
              "Embedded guidance scale of guidance-distilled models such as FLUX.1-dev; ignored by others.")
          @Default("3.5")
          double embeddedGuidance,
      @Doc("Samples in one pass of the network.") @Default("128") @Positive int batchSize,
      @Doc("Noise levels of training rollouts, where they differ from the model's own.")
          Optional<ScheduleSpec> schedule) {}

  /**
   * A method as one value: dynamics, stochastic window, plan, credit, grouping, weight, objective,
   * penalty.
   */
  public record Method(
      @Doc("Dynamics of the stochastic steps.") @Default("{type: flow_sde, noise_level: 0.7}")
          StochasticDynamics dynamics,
      @Doc("Which steps are stochastic and trained.") @Default("full") StepWindow window,
      @Doc("How samples leave their initial noise: as chains, or as branches of a trunk.")
          @Default("chains")
          RolloutPlan plan,
      @Doc("What each step earns.") @Default("terminal") CreditRule credit,
      @Doc("Who is compared: all samples of a prompt, or those that share their initial noise.")
          @Default("prompt")
          Grouping grouping,
      @Doc("Whose standard deviation divides advantages: the group's or the batch's.")
          @Default("group")
          StdScope std,
      @Doc("Advantages are clamped to plus and minus this.") @Default("5.0") @Positive
          double advantageClamp,
      @Doc("Which steps of which samples are trained on.") @Default("{}") Selection selection,
      @Doc("How much each step's policy term counts.") @Default("uniform") StepWeight weight,
      @Doc("The policy term.") @Default("{type: clipped, clip_range: 1.0e-4}") Objective objective,
      @Doc("The penalty that keeps the policy near its reference.") @Default("none")
          KlPenalty kl) {}

  /** The prompts of training. */
  public record Data(
      @Doc("A .txt or .jsonl file, or toybox:train for the bundled world's 3,000 training prompts.")
          @FilePath
          String prompts,
      @Doc("Groups in a rollout.") @Default("16") @Positive int promptsPerRollout,
      @Doc("Images of one prompt, compared with each other.")
          @Default("24")
          @Range(min = 2, max = 4096)
          int groupSize) {}

  /** One reward. */
  public record RewardTerm(
      @Doc("Its name: compositional, or that of a reward on the class path.") String name,
      @Doc("Its weight in the sum.") @Default("1.0") double weight,
      @Doc("Its own settings.") @Default("{}") JsonNode config) {}

  /** A reward that is only watched. */
  public record GoldReward(
      @Doc("Its name: compositional, or that of a reward on the class path.") String name,
      @Doc("Its own settings.") @Default("{}") JsonNode config) {}

  /** What is trained. */
  public sealed interface Policy permits Lora, Full {}

  /** Low-rank adapters on some linear layers; the reference policy is the network without them. */
  @Variant("lora")
  public record Lora(@Doc("The adapter.") @Default("{}") LoraPolicy lora) implements Policy {}

  /** Every weight of the transformer; the reference policy is a copy of the original. */
  @Variant("full")
  public record Full() implements Policy {}

  /** The optimizer and its batches. */
  public record Update(
      @Doc("Optimizer updates on each rollout; each takes an equal share of its groups.")
          @Default("2")
          @Positive
          int updatesPerRollout,
      @Doc("Passes over each rollout.") @Default("1") @Positive int epochs,
      @Doc("Pairs of sample and step in one forward and backward pass; gradients are accumulated.")
          @Default("128")
          @Positive
          int batchSize,
      @Doc("Learning rate by optimizer update.")
          @Default("{type: constant, peak: 3.0e-4, warm_up: 0}")
          LearningRate learningRate,
      @Doc("AdamW's numbers.") @Flat AdamWConfig optimizer,
      @Doc("How gradients are clipped.") @Flat GradClip clip,
      @Doc(
              "Keep only the inputs of each transformer block and compute it again in the backward pass: less memory, the"
                  + " same gradients, a third more work.")
          @Default("false")
          boolean gradientCheckpointing,
      @Doc(
              "Moving average of the trained weights; evaluation and the saved adapter use it. Leave out for none.")
          Optional<EmaConfig> ema) {
    /** The settings with a learning rate that knows how many updates the run has. */
    Update over(int rollouts) {
      return new Update(
          updatesPerRollout,
          epochs,
          batchSize,
          learningRate.over(inAll(updatesPerRollout, epochs, rollouts)),
          optimizer,
          clip,
          gradientCheckpointing,
          ema);
    }

    static long inAll(int updatesPerRollout, int epochs, int rollouts) {
      return (long) updatesPerRollout * epochs * rollouts;
    }
  }

  /** Held-out evaluation. */
  public record Evaluation(
      @Doc("A .txt or .jsonl file, or toybox:heldout, toybox:validation.") @FilePath String prompts,
      @Doc("How many of its prompts, from the first; 0 means all.")
          @Default("0")
          @Range(min = 0, max = 1000000)
          int limit,
      @Doc("Images of each prompt.") @Default("1") @Positive int imagesPerPrompt,
      @Doc("ODE steps.") @Default("40") @Positive int steps,
      @Doc("Guidance scale; 1 or less means none.") @Default("1.0") double guidance,
      @Doc(
              "Embedded guidance scale of guidance-distilled models such as FLUX.1-dev; ignored by others.")
          @Default("3.5")
          double embeddedGuidance,
      @Doc("Seed of the initial noise, the same at every evaluation.") @Default("20260101")
          long seed,
      @Doc("Rollouts between evaluations during training; 0 evaluates only before and after.")
          @Default("0")
          @Range(min = 0, max = 1000000)
          int every,
      @Doc("The judging reward.") RewardTerm reward) {
    /** The prompts of {@code set} that are evaluated. */
    public List<Prompt> chosen(PromptSet set) {
      return limit == 0 ? set.prompts() : set.prompts().subList(0, Math.min(limit, set.size()));
    }
  }

  /** Images of rollouts. */
  public record Insight(
      @Doc(
              "Rollouts from one sheet of images to the next, the first rollout's included; 0 draws none.")
          @Default("10")
          @Range(min = 0, max = 1000000)
          int every,
      @Doc("How many of a rollout's groups are on its sheet, those with equal rewards last.")
          @Default("2")
          @Range(min = 0, max = 4096)
          int groups) {}

  /** Other programs that are told of a run. */
  public record Events(
      @Doc("An MLflow tracking server; left out for none, {} for the usual one.")
          Optional<MlflowConfig> mlflow) {}

  /** Checkpoints. */
  public record Saving(
      @Doc("Rollouts between checkpoints.") @Default("10") @Positive int every,
      @Doc(
              "Minutes after which a checkpoint is saved at the end of a rollout, whatever `every` says; 0 means never.")
          @Default("15")
          @Range(min = 0, max = 100000)
          double minutes,
      @Doc("How many to keep.") @Default("2") @Positive int keep,
      @Doc(
              "Whether the weights of the best evaluation are kept in adapter-best, beside those of the last; where"
                  + " there are evaluations during training.")
          @Default("true")
          boolean best) {}
}
