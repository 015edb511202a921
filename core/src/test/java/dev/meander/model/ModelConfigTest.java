package dev.meander.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.Binder;
import dev.meander.config.ConfigFile;
import dev.meander.config.ConfigWriter;
import dev.meander.config.UserError;
import dev.meander.model.flux.FluxConfig;
import dev.meander.model.sd3.Sd3Config;
import dev.meander.text.ClipConfig;
import dev.meander.text.T5Config;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Files as diffusers and transformers write them bind to the records, with the same defaults. */
class ModelConfigTest {
  private static <R extends Record> R bind(String json, Class<R> type) {
    return Binder.bind(ConfigFile.parse(json, "config.json"), type, "config.json");
  }

  private static final String SD35_MEDIUM =
      """
      {"_class_name": "SD3Transformer2DModel", "_diffusers_version": "0.31.0",
       "attention_head_dim": 64, "caption_projection_dim": 1536,
       "dual_attention_layers": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], "in_channels": 16,
       "joint_attention_dim": 4096, "num_attention_heads": 24, "num_layers": 24,
       "out_channels": 16, "patch_size": 2, "pooled_projection_dim": 2048,
       "pos_embed_max_size": 384, "qk_norm": "rms_norm", "sample_size": 128}
      """;

  private static final String SD3_MEDIUM =
      """
      {"_class_name": "SD3Transformer2DModel", "_diffusers_version": "0.29.0",
       "attention_head_dim": 64, "caption_projection_dim": 1536, "in_channels": 16,
       "joint_attention_dim": 4096, "num_attention_heads": 24, "num_layers": 24,
       "out_channels": null, "patch_size": 2, "pooled_projection_dim": 2048,
       "pos_embed_max_size": 192, "sample_size": 128}
      """;

  @Test
  void transformer() {
    Sd3Config config = bind(SD35_MEDIUM, Sd3Config.class);
    assertThat(config.width()).isEqualTo(1536);
    assertThat(config.dualAttentionLayers())
        .isEqualTo(IntStream.rangeClosed(0, 12).boxed().toList());
    assertThat(config.qkNorm()).isEqualTo("rms_norm");
    Sd3Config older = bind(SD3_MEDIUM, Sd3Config.class);
    assertThat(older.dualAttentionLayers()).isEmpty();
    assertThat(older.qkNorm()).isNull();
    assertThat(older.outChannels()).isNull();
    assertThat(older.channelsOut()).isEqualTo(16);
    assertThat(bind(ConfigWriter.toYaml(older), Sd3Config.class)).isEqualTo(older);
  }

  @Test
  void transformerMistakes() {
    String wrong =
        SD35_MEDIUM
            .replace("num_layers", "layers")
            .replace("2048", "0")
            .replace("\"patch_size\": 2", "\"patch_size\": \"two\"");
    assertThatThrownBy(() -> bind(wrong, Sd3Config.class))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("layers is not a setting")
        .hasMessageContaining("num_layers is required")
        .hasMessageContaining("pooled_projection_dim must be greater than 0")
        .hasMessageContaining("patch_size must be an integer");
    assertThatThrownBy(() -> bind(SD35_MEDIUM.replace("1536", "1024"), Sd3Config.class))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("caption_projection_dim must equal");
  }

  @Test
  void autoencoder() {
    VaeConfig sd3 =
        bind(
            """
            {"_class_name": "AutoencoderKL", "_name_or_path": "x", "act_fn": "silu",
             "block_out_channels": [128, 256, 512, 512],
             "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D",
               "DownEncoderBlock2D", "DownEncoderBlock2D"],
             "force_upcast": true, "in_channels": 3, "latent_channels": 16,
             "latents_mean": null, "latents_std": null, "layers_per_block": 2,
             "mid_block_add_attention": true, "norm_num_groups": 32, "out_channels": 3,
             "sample_size": 1024, "scaling_factor": 1.5305, "shift_factor": 0.0609,
             "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D",
               "UpDecoderBlock2D"],
             "use_post_quant_conv": false, "use_quant_conv": false}
            """,
            VaeConfig.class);
    assertThat(sd3.shiftFactor()).isEqualTo(0.0609);
    assertThat(sd3.downscale()).isEqualTo(8);
    VaeConfig old =
        bind(
            """
            {"block_out_channels": [64], "in_channels": 3, "latent_channels": 4,
             "layers_per_block": 1, "out_channels": 3, "shift_factor": null}
            """,
            VaeConfig.class);
    assertThat(old)
        .isEqualTo(new VaeConfig(3, 3, 4, List.of(64), 1, 32, 0.18215, 0, true, true, true, 32));
  }

  @Test
  void textEncoder() {
    ClipConfig config =
        bind(
            """
            {"architectures": ["CLIPTextModelWithProjection"], "attention_dropout": 0.0,
             "bos_token_id": 0, "dropout": 0.0, "eos_token_id": 2, "hidden_act": "quick_gelu",
             "hidden_size": 768, "initializer_factor": 1.0, "initializer_range": 0.02,
             "intermediate_size": 3072, "layer_norm_eps": 1e-05,
             "max_position_embeddings": 77, "model_type": "clip_text_model",
             "num_attention_heads": 12, "num_hidden_layers": 12, "pad_token_id": 1,
             "projection_dim": 768, "torch_dtype": "float16",
             "transformers_version": "4.41.2", "vocab_size": 49408}
            """,
            ClipConfig.class);
    assertThat(config)
        .isEqualTo(new ClipConfig(49408, 768, 3072, 768, 12, 12, 77, "quick_gelu", 1e-5, 2));
  }

  @Test
  void flux() {
    FluxConfig dev =
        bind(
            """
            {"_class_name": "FluxTransformer2DModel", "_diffusers_version": "0.30.0.dev0",
             "_name_or_path": "../checkpoints/flux-dev/transformer", "attention_head_dim": 128,
             "guidance_embeds": true, "in_channels": 64, "joint_attention_dim": 4096,
             "num_attention_heads": 24, "num_layers": 19, "num_single_layers": 38,
             "patch_size": 1, "pooled_projection_dim": 768}
            """,
            FluxConfig.class);
    assertThat(dev)
        .isEqualTo(
            new FluxConfig(1, 64, null, 19, 38, 128, 24, 4096, 768, true, List.of(16, 56, 56)));
    assertThat(dev.width()).isEqualTo(3072);
    assertThatThrownBy(
            () ->
                bind(
                    "{\"patch_size\": 2, \"in_channels\": 6, \"axes_dims_rope\": [16, 56]}",
                    FluxConfig.class))
        .hasMessageContaining("patch_size must be 1, not 2")
        .hasMessageContaining("in_channels must be a multiple of 4")
        .hasMessageContaining("add up to attention_head_dim = 128, not [16, 56]");
  }

  @Test
  void t5() {
    T5Config xxl =
        bind(
            """
            {"architectures": ["T5EncoderModel"], "classifier_dropout": 0.0, "d_ff": 10240,
             "d_kv": 64, "d_model": 4096, "decoder_start_token_id": 0,
             "dense_act_fn": "gelu_new", "dropout_rate": 0.1, "eos_token_id": 1,
             "feed_forward_proj": "gated-gelu", "initializer_factor": 1.0,
             "is_encoder_decoder": true, "is_gated_act": true, "layer_norm_epsilon": 1e-06,
             "model_type": "t5", "num_decoder_layers": 24, "num_heads": 64, "num_layers": 24,
             "output_past": true, "pad_token_id": 0, "relative_attention_max_distance": 128,
             "relative_attention_num_buckets": 32, "tie_word_embeddings": false,
             "torch_dtype": "bfloat16", "transformers_version": "4.43.3", "use_cache": true,
             "vocab_size": 32128}
            """,
            T5Config.class);
    assertThat(xxl)
        .isEqualTo(new T5Config(32128, 4096, 64, 10240, 24, 64, 32, 128, 1e-6, "gated-gelu"));
    assertThatThrownBy(
            () ->
                bind(
                    """
                    {"vocab_size": 9, "d_model": 4, "d_kv": 2, "d_ff": 4, "num_layers": 1,
                     "num_heads": 1, "feed_forward_proj": "relu"}
                    """,
                    T5Config.class))
        .hasMessageContaining("feed_forward_proj must be gated-gelu (T5 1.1), not relu");
  }
}
