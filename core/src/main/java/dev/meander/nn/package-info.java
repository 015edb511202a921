/**
 * The layers that the models are made of, the parameters behind them, and low-rank adapters.
 *
 * <p>Letters in shapes: {@code B} samples, {@code L} tokens of a sequence, {@code D} features of a
 * token, {@code d} features of one attention head, {@code C} channels, {@code H, W} height and
 * width, {@code k} a kernel's side, {@code r} the rank of an adapter; {@code in} and {@code out}
 * are a layer's features, and {@code ...} stands for any leading dimensions.
 */
package dev.meander.nn;
