package dev.meander.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaunchTest {
  private static Launch launch(String... variables) {
    Map<String, String> env = new HashMap<>(Map.of("PATH", "/bin"));
    for (String v : variables) {
      env.put(v.substring(0, v.indexOf('=')), v.substring(v.indexOf('=') + 1));
    }
    return Launch.of(env);
  }

  @Test
  void nothingIsOneProcess() {
    assertThat(launch()).isEqualTo(Launch.ALONE);
    // A shell within a Slurm job, outside of any step.
    assertThat(launch("SLURM_PROCID=0", "SLURM_NTASKS=8", "SLURM_LOCALID=0"))
        .isEqualTo(Launch.ALONE);
    assertThat(launch("RANK=0", "WORLD_SIZE=1").size()).isEqualTo(1);
  }

  @Test
  void torchrun() {
    Launch launch =
        launch(
            "RANK=5",
            "WORLD_SIZE=8",
            "LOCAL_RANK=1",
            "MASTER_ADDR=gpu07",
            "MASTER_PORT=45000",
            "TORCHELASTIC_USE_AGENT_STORE=True",
            "TORCHELASTIC_RESTART_COUNT=2",
            "TORCHELASTIC_RUN_ID=abc",
            // One agent a node, each started by srun.
            "SLURM_PROCID=1",
            "SLURM_STEP_NUM_TASKS=2",
            "SLURM_LOCALID=0");
    assertThat(launch).isEqualTo(new Launch(5, 8, 1, "gpu07", 45000, true, 2, "abc"));
    assertThat(launch.isRestart()).isTrue();
  }

  @Test
  void plainEnvironment() {
    Launch launch = launch("RANK=1", "WORLD_SIZE=2", "LOCAL_RANK=0", "MASTER_ADDR=job-0.job");
    assertThat(launch).isEqualTo(new Launch(1, 2, 0, "job-0.job", 29500, false, 0, ""));
    assertThat(launch.isRestart()).isFalse();
  }

  @Test
  void slurm() {
    Launch launch =
        launch(
            "SLURM_PROCID=5",
            "SLURM_STEP_NUM_TASKS=16",
            "SLURM_LOCALID=5",
            "SLURM_STEP_TASKS_PER_NODE=8(x2)",
            "SLURM_STEP_NODELIST=gpu[07-08]",
            "SLURM_JOB_ID=123",
            "SLURM_STEP_ID=0");
    assertThat(launch)
        .extracting(Launch::rank, Launch::size, Launch::localRank, Launch::host, Launch::job)
        .containsExactly(5, 16, 5, "gpu07", "123.0");
    assertThat(launch.port()).isBetween(19500, 29499);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          gpu1         | gpu1
          gpu1,gpu3    | gpu1
          gpu[07-09,12]| gpu07
          a[3,5],b2    | a3
          big,gpu[1-2] | big
          """)
  void firstOfSlurmsNodes(String list, String first) {
    assertThat(Launch.firstNode(list)).isEqualTo(first);
  }

  @Test
  void mpi() {
    assertThat(
            launch(
                "OMPI_COMM_WORLD_RANK=2",
                "OMPI_COMM_WORLD_SIZE=3",
                "OMPI_COMM_WORLD_LOCAL_RANK=2",
                "OMPI_COMM_WORLD_LOCAL_SIZE=3"))
        .isEqualTo(new Launch(2, 3, 2, "127.0.0.1", 29500, false, 0, ""));
    assertThat(
            launch(
                "PMI_RANK=1",
                "PMI_SIZE=4",
                "MPI_LOCALRANKID=1",
                "MPI_LOCALNRANKS=2",
                "MASTER_ADDR=n1"))
        .isEqualTo(new Launch(1, 4, 1, "n1", 29500, false, 0, ""));
  }

  private static void refuses(String message, String... variables) {
    assertThatThrownBy(() -> launch(variables))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(message);
  }

  @Test
  void whatIsMissingOrContradictoryIsRefusedWithWhatWasFound() {
    refuses("WORLD_SIZE is 2 and RANK is 1, but LOCAL_RANK", "RANK=1", "WORLD_SIZE=2");
    refuses("RANK is not set", "WORLD_SIZE=2", "LOCAL_RANK=0");
    refuses(
        "WORLD_SIZE is not set, which torchrun sets together with the others (found RANK=1",
        "RANK=1");
    refuses(
        "MASTER_ADDR is not set (found RANK=1, WORLD_SIZE=2",
        "RANK=1",
        "WORLD_SIZE=2",
        "LOCAL_RANK=0");
    refuses("RANK=2, WORLD_SIZE=2", "RANK=2", "WORLD_SIZE=2", "LOCAL_RANK=0", "MASTER_ADDR=a");
    refuses("LOCAL_RANK=1", "RANK=0", "WORLD_SIZE=2", "LOCAL_RANK=1", "MASTER_ADDR=a");
    refuses("found 'one'", "RANK=one", "WORLD_SIZE=2", "LOCAL_RANK=1", "MASTER_ADDR=a");
    refuses("found '-1'", "RANK=-1", "WORLD_SIZE=2", "LOCAL_RANK=1", "MASTER_ADDR=a");
    refuses(
        "from 1 to 65535",
        "RANK=0",
        "WORLD_SIZE=2",
        "LOCAL_RANK=0",
        "MASTER_ADDR=a",
        "MASTER_PORT=70000");
    refuses("SLURM_LOCALID is not set", "SLURM_PROCID=1", "SLURM_STEP_NUM_TASKS=2");
    refuses(
        "MASTER_ADDR is not set",
        "PMI_RANK=1",
        "PMI_SIZE=4",
        "MPI_LOCALRANKID=1",
        "MPI_LOCALNRANKS=2");
    refuses(
        "RANK=1, WORLD_SIZE=2, PMI_RANK=1, PMI_SIZE=4",
        "RANK=1",
        "WORLD_SIZE=2",
        "LOCAL_RANK=0",
        "MASTER_ADDR=a",
        "PMI_RANK=1",
        "PMI_SIZE=4");
  }
}
