/** A sink of events that tells an MLflow tracking server of a run. */
package dev.meander.mlflow;
