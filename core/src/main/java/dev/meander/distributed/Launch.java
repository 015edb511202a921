package dev.meander.distributed;

import dev.meander.config.UserError;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Hardware;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a launcher told this process through its environment: torchrun, srun, an MPI launcher,
 * anything that sets RANK, WORLD_SIZE and LOCAL_RANK; or nothing, which is one process.
 *
 * @param rank which process this is, from 0
 * @param size how many there are
 * @param localRank counts the processes on this machine
 * @param host where they meet: the machine of process 0
 * @param port where they meet
 * @param agentStore whether the launcher serves the meeting place, so that process 0 must not
 * @param attempt how often the launcher has started all of them again
 * @param job tells this job's processes from another's; empty where nothing does
 */
public record Launch(
    int rank,
    int size,
    int localRank,
    String host,
    int port,
    boolean agentStore,
    int attempt,
    String job) {
  private static final int PORT = 29500;
  private static final int PORTS = 10_000;
  private static final int LAST_PORT = 65_535;
  private static final String LOOPBACK = "127.0.0.1";

  /** One process. */
  public static final Launch ALONE = new Launch(0, 1, 0, LOOPBACK, PORT, false, 0, "");

  /** The names of a launcher's variables. */
  private record Names(String launcher, String rank, String size, String localRank, String all) {}

  private static final Names TORCH = new Names("torchrun", "RANK", "WORLD_SIZE", "LOCAL_RANK", "");
  private static final List<Names> LAUNCHERS =
      List.of(
          new Names(
              "srun",
              "SLURM_PROCID",
              "SLURM_STEP_NUM_TASKS",
              "SLURM_LOCALID",
              "SLURM_STEP_TASKS_PER_NODE"),
          new Names(
              "Open MPI",
              "OMPI_COMM_WORLD_RANK",
              "OMPI_COMM_WORLD_SIZE",
              "OMPI_COMM_WORLD_LOCAL_RANK",
              "OMPI_COMM_WORLD_LOCAL_SIZE"),
          new Names("MPI", "PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS"));

  /** What this process's environment says. */
  public static Launch here() {
    return of(System.getenv());
  }

  /**
   * What an environment says.
   *
   * @throws UserError when it contradicts itself or leaves out what is needed, with what was found
   */
  public static Launch of(Map<String, String> environment) {
    Map<String, String> env = Map.copyOf(environment);
    if (env.containsKey(TORCH.rank()) || env.containsKey(TORCH.size())) {
      return torch(env);
    }
    for (Names names : LAUNCHERS) {
      // A shell within a Slurm job has a rank too, but is no step's.
      if (env.containsKey(names.rank()) && env.containsKey(names.size())) {
        return mapped(names, env);
      }
    }
    return ALONE;
  }

  private static Launch torch(Map<String, String> env) {
    int size = number(env, TORCH, TORCH.size());
    int rank = number(env, TORCH, TORCH.rank());
    if (size > 1 && !env.containsKey(TORCH.localRank())) {
      throw new UserError(
          "WORLD_SIZE is %d and RANK is %d, but LOCAL_RANK is not set: some schedulers count machines so, others processes. Start with torchrun --no-python ./meander ..., or set LOCAL_RANK (0 where every machine has one process)"
              .formatted(size, rank));
    }
    Launch launch =
        checked(
            TORCH,
            env,
            new Launch(
                rank,
                size,
                env.containsKey(TORCH.localRank()) ? number(env, TORCH, TORCH.localRank()) : 0,
                host(env, TORCH, size),
                port(env, ""),
                "True".equalsIgnoreCase(env.get("TORCHELASTIC_USE_AGENT_STORE")),
                env.containsKey("TORCHELASTIC_RESTART_COUNT")
                    ? number(env, TORCH, "TORCHELASTIC_RESTART_COUNT")
                    : 0,
                env.getOrDefault("TORCHELASTIC_RUN_ID", "")));
    if (!env.containsKey("TORCHELASTIC_RUN_ID")) {
      LAUNCHERS.stream()
          .filter(names -> env.containsKey(names.rank()) && env.containsKey(names.size()))
          .findFirst()
          .ifPresent(names -> agree(names, env));
    }
    return launch;
  }

  /** Started by two launchers at once, of which neither is torchrun: they must say the same. */
  private static void agree(Names names, Map<String, String> env) {
    if (number(env, names, names.rank()) != number(env, TORCH, TORCH.rank())
        || number(env, names, names.size()) != number(env, TORCH, TORCH.size())) {
      throw new UserError(
          "the environment contradicts itself: "
              + found(env, List.of(TORCH.rank(), TORCH.size(), names.rank(), names.size()))
              + "; unset the variables of one launcher");
    }
  }

  private static Launch mapped(Names names, Map<String, String> env) {
    int size = number(env, names, names.size());
    String job = job(env);
    return checked(
        names,
        env,
        new Launch(
            number(env, names, names.rank()),
            size,
            size > 1 || env.containsKey(names.localRank())
                ? number(env, names, names.localRank())
                : 0,
            host(env, names, size),
            port(env, job),
            false,
            0,
            job));
  }

  private static String job(Map<String, String> env) {
    if (env.containsKey("SLURM_JOB_ID")) {
      return env.get("SLURM_JOB_ID") + "." + env.getOrDefault("SLURM_STEP_ID", "");
    }
    return env.getOrDefault("PMIX_NAMESPACE", env.getOrDefault("OMPI_MCA_ess_base_jobid", ""));
  }

  private static String host(Map<String, String> env, Names names, int size) {
    String given = env.get("MASTER_ADDR");
    if (given != null && !given.isBlank()) {
      return given.strip();
    }
    if (size == 1 || String.valueOf(size).equals(env.get(names.all()))) {
      return LOOPBACK; // all are on this machine
    }
    String nodes = env.get("SLURM_STEP_NODELIST");
    if (names.rank().startsWith("SLURM") && nodes != null) {
      return firstNode(nodes);
    }
    throw new UserError(
        "MASTER_ADDR is not set (found "
            + found(env, List.of(names.rank(), names.size(), names.localRank()))
            + "): it names the machine of process 0, where all processes meet");
  }

  /** The first of Slurm's list: {@code gpu[07-09,12],big1} begins with {@code gpu07}. */
  static String firstNode(String list) {
    int bracket = list.indexOf('[');
    int comma = list.indexOf(',');
    if (bracket < 0 || (comma >= 0 && comma < bracket)) {
      return comma < 0 ? list : list.substring(0, comma);
    }
    return list.substring(0, bracket) + list.substring(bracket + 1).split("[-,\\]]", 2)[0];
  }

  private static int port(Map<String, String> env, String job) {
    if (env.containsKey("MASTER_PORT")) {
      int port = number(env, TORCH, "MASTER_PORT");
      if (port == 0 || port > LAST_PORT) {
        throw new UserError("MASTER_PORT is " + port + ", but ports are from 1 to " + LAST_PORT);
      }
      return port;
    }
    // Two jobs on a machine meet at two places, below the ports that systems give away.
    return job.isEmpty() ? PORT : PORT - PORTS + Math.floorMod(job.hashCode(), PORTS);
  }

  private static int number(Map<String, String> env, Names names, String name) {
    String text = env.get(name);
    if (text == null) {
      throw new UserError(
          "%s is not set, which %s sets together with the others (found %s)"
              .formatted(
                  name,
                  names.launcher(),
                  found(env, List.of(names.rank(), names.size(), names.localRank()))));
    }
    try {
      int number = Integer.parseInt(text.strip());
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new UserError(name + " must be a whole number of at least 0, found '" + text + "'");
  }

  private static Launch checked(Names names, Map<String, String> env, Launch launch) {
    if (launch.size() < 1 || launch.rank() >= launch.size() || launch.localRank() > launch.rank()) {
      throw new UserError(
          "the environment contradicts itself: "
              + found(env, List.of(names.rank(), names.size(), names.localRank()))
              + "; ranks count from 0, below the number of processes, and no local rank exceeds its rank");
    }
    return launch;
  }

  private static String found(Map<String, String> env, List<String> names) {
    List<String> found = new ArrayList<>();
    for (String name : names) {
      if (env.containsKey(name)) {
        found.add(name + "=" + env.get(name));
      }
    }
    return String.join(", ", found);
  }

  /** Whether a launcher started these processes again after they had ended. */
  public boolean isRestart() {
    return attempt > 0;
  }

  /**
   * Chooses the device that models are loaded on from now on; of several GPUs, this process's own.
   *
   * @throws UserError when the engine at hand cannot use it
   */
  public void use(Hardware hardware) {
    Engine.localRank(localRank);
    Engine.use(hardware);
  }

  /**
   * Meets the other processes; after {@link Engine#start} and {@link #use}, from the thread that
   * will do the exchanges.
   *
   * @throws UserError when they do not come together, with who is missing or too many
   */
  public Peers join(DistributedConfig config) {
    return size == 1 ? new Alone() : C10d.join(this, config);
  }
}
