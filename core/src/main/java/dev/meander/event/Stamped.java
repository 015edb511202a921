package dev.meander.event;

import java.time.Instant;

/** An event and the moment at which it was published. */
public record Stamped(Instant time, Event event) {}
