package dev.meander.reward.remote;

import java.net.URI;

/**
 * What a server is asked, any number of times.
 *
 * @param <T> what the answer means
 */
interface Call<T> {
  /** What follows the endpoint's address, from its slash. */
  String path();

  /** The call's JSON. */
  byte[] body();

  /**
   * Understands an answer with status 200.
   *
   * @throws Fault when it is anything but a complete and sensible answer to this call
   */
  T read(String answer) throws Fault;

  /** Where it is sent on a server. */
  default URI at(URI endpoint) {
    return URI.create(endpoint + path());
  }
}
