package dev.meander.reward.remote;

import java.net.URI;

/**
 * What a server is asked, any number of times.
 *
 * @param <T> what the answer means
 */
interface Question<T> {
  /** What follows the endpoint's address, from its slash. */
  String path();

  /** The request's JSON. */
  byte[] body();

  /**
   * Understands an answer with status 200.
   *
   * @throws Fault when it is anything but a complete and sensible answer to this question
   */
  T read(String answer) throws Fault;

  /** Where it is sent on a server. */
  default URI at(URI endpoint) {
    return URI.create(endpoint + path());
  }
}
