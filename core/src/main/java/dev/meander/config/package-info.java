/**
 * Settings: from YAML or JSON text to records and back, with every mistake reported at once.
 *
 * <p>A component declares its settings as a record beside it; {@link dev.meander.config.Binder}
 * fills the record from a tree, {@link dev.meander.config.Describe} prints what there is to set.
 */
package dev.meander.config;
