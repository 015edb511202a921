package dev.meander.reward.remote;

import java.net.URI;

/** Carries one request to one server. */
interface Transport {
  /**
   * Posts JSON.
   *
   * @return the body of an answer with status 200
   * @throws Fault for any other outcome
   */
  String post(URI uri, byte[] body) throws Fault, InterruptedException;
}
