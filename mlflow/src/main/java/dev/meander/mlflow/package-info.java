/** A sink of events that tells an MLflow tracking server of a run. Internal. */
package dev.meander.mlflow;
