package dev.meander.config;

/**
 * A mistake in what the user gave: a file, a key, a value.
 *
 * <p>Its message stands alone: it names the file or key and says what would be right. The command
 * line prints it without a stack trace and exits with a nonzero status.
 */
public class UserError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UserError(String message) {
    super(message);
  }

  public UserError(String message, Throwable cause) {
    super(message, cause);
  }
}
