package dev.meander.event;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.config.Rule;
import java.util.Map;

/**
 * An MLflow tracking server that is told of a run.
 *
 * @param uri the server's address; empty for that of the environment
 * @param experiment the name of the experiment
 * @param timeout how long the end of a run waits for the server, in seconds
 */
@Doc(
    "An MLflow tracking server that is told of the run. A user and a password, or a token, are those of"
        + " MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.")
public record MlflowConfig(
    @Doc(
            "The server's address. Left out: that of the environment variable MLFLOW_TRACKING_URI, or else http://127.0.0.1:5000.")
        @Default("")
        String uri,
    @Doc("The experiment that the run belongs to; it is made where there is none of that name.")
        @Default("meander")
        String experiment,
    @Doc("Seconds that the end of a run waits for what the server has not taken yet.")
        @Default("10.0")
        @Range(min = 0, max = 3600)
        double timeout) {
  private static final String USUAL = "http://127.0.0.1:5000";

  @Rule("uri")
  static String web(String uri) {
    return uri.isEmpty() || uri.matches("https?://[^\\s/]+\\S*")
        ? ""
        : "uri must be an address that begins with http:// or https://; MLflow's folders and databases are behind its"
            + " server (mlflow server)";
  }

  @Rule("experiment")
  static String named(String experiment) {
    return experiment.isBlank() ? "experiment must be a name" : "";
  }

  /** The server's address, without a slash at its end. */
  public String address(Map<String, String> environment) {
    String told = uri.isEmpty() ? environment.getOrDefault("MLFLOW_TRACKING_URI", "") : uri;
    return (told.isBlank() ? USUAL : told.strip()).replaceFirst("/+$", "");
  }
}
