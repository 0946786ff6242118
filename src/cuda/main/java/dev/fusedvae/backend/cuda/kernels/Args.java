package dev.fusedvae.backend.cuda.kernels;

import dev.fusedvae.fuse.Kind;
import dev.fusedvae.run.BackendUnavailableException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The argument struct of one launch, as `kernels/common/args.cuh` lays it out: pointers, then words, no padding.
///
/// Pointers that are left out are null; words that are left out are an error of the caller.
public final class Args {
    private static final String STEP = "table base ";
    private static final String OPTIMIZER = "optimizer beta1: one_minus_beta1: beta2: one_minus_beta2: epsilon: momentum:";
    private static final String GATHERED = "key0 key1 site in_order examples features batch element binarization byte_law shift: divisor: ";
    /// Of a matrix product, with an activation or without.
    private static final String PRODUCT = "batch n k samples reserved";
    private static final String PRODUCT_ACT = "batch n k activation samples";
    private static final String LIKELIHOOD_WORDS = "likelihood precision: half_log: samples shares";

    private final Type type;
    private final MemorySegment memory;
    private final Set<String> open = new HashSet<>();

    /// A struct of args.cuh.
    ///
    /// @param struct its name there
    public record Type(String struct, StructLayout layout) {

        /// Fields by name, separated by blanks: pointers and words, floats marked by a colon behind the name.
        public static Type of(String struct, String pointers, String words) {
            List<MemoryLayout> fields = new ArrayList<>();
            for (String name : pointers.split(" ")) {
                fields.add(ValueLayout.JAVA_LONG.withName(name));
            }
            for (String name : words.split(" ")) {
                fields.add(name.endsWith(":")
                        ? ValueLayout.JAVA_FLOAT.withName(name.substring(0, name.length() - 1))
                        : ValueLayout.JAVA_INT.withName(name));
            }
            return new Type(struct, MemoryLayout.structLayout(fields.toArray(MemoryLayout[]::new)).withName(struct));
        }

        private static Type step(String struct, String pointers, String words) {
            return of(struct, STEP + pointers, "offset " + words);
        }

        public List<String> fields() {
            return layout.memberLayouts().stream().map(f -> f.name().orElseThrow()).toList();
        }

        public long offset(String field) {
            return layout.byteOffset(MemoryLayout.PathElement.groupElement(field));
        }
    }

    /// `StepRecord`: a row of the step table.
    public static final Type STEP_RECORD = new Type("StepRecord", Type.of("StepRecord", "step",
            "epoch position rows inv_rows: rate: rate_over_bc1: rsqrt_bc2: decay: beta: first_sample").layout());
    /// `TensorEntry`: one parameter of an update.
    public static final Type TENSOR_ENTRY = Type.of("TensorEntry", "parameter gradient first second", "count first_block");
    /// `NormRange`: one array of partial norms.
    public static final Type NORM_RANGE = Type.of("NormRange", "norms", "count reserved");

    private static final Type GATHER = Type.step("GatherArgs", "data values mean x",
            GATHERED + "reserved");
    private static final Type LINEAR = Type.step("LinearArgs", "x w y", PRODUCT);
    private static final Type LINEAR_BIAS_ACT = Type.step("LinearBiasActArgs", "x w bias pre y", PRODUCT_ACT);
    private static final Type ADD_BIAS = Type.step("AddBiasArgs", "a bias y", "batch n samples");
    private static final Type ACTIVATE = Type.step("ActivateArgs", "a y", "batch n activation samples reserved");
    private static final Type ACTIVATE_BACKWARD = Type.step("ActivateBackwardArgs", "dy saved da", "batch n activation samples reserved");
    private static final Type ADD = Type.step("AddArgs", "a b out", "batch n samples");
    private static final Type NOISE = Type.step("NoiseArgs", "eps", "batch columns key0 key1 site by_example samples all_samples reserved");
    private static final Type REPARAMETERIZE = Type.step("ReparameterizeArgs", "heads eps z", "batch latent samples");
    private static final Type KL_DIVERGENCE = Type.step("KlDivergenceArgs", "heads kl prior", "batch latent reserved");
    private static final Type REPARAM = Type.step("ReparamArgs", "heads eps z kl ratio prior",
            "batch latent key0 key1 site by_example samples all_samples reserved");
    private static final Type LIKELIHOOD = Type.step("LikelihoodArgs", "x y log_var ll dy d_log_var",
            "batch d " + LIKELIHOOD_WORDS);
    private static final Type REDUCE_LOSS = Type.step("ReduceLossArgs", "ll kl metrics losses diverged", "batch ll_tiles kl_tiles samples reserved");
    private static final Type LINEAR_BACKWARD_DATA = Type.step("LinearBackwardDataArgs", "dy w dx", PRODUCT);
    private static final Type LINEAR_BACKWARD_DATA_ACT = Type.step("LinearBackwardDataActArgs", "dy w saved da", PRODUCT_ACT);
    private static final Type LINEAR_BACKWARD_WEIGHT = Type.step("LinearBackwardWeightArgs", "dy x dw", PRODUCT);
    private static final Type LINEAR_BACKWARD_WEIGHT_BIAS = Type.step("LinearBackwardWeightBiasArgs", "dy x dw db dw_norms db_norms weights",
            PRODUCT);
    private static final Type COLUMN_SUM = Type.step("ColumnSumArgs", "dy out norms weights", "batch n tiles samples reserved");
    private static final Type LATENT_GRAD = Type.step("LatentGradArgs", "dz heads eps dz_weights weights prior kl_means d_heads",
            "batch latent samples parts nats:");
    private static final Type LOG_RATIO = Type.step("LogRatioArgs", "heads eps prior ratio", "batch latent samples");
    private static final Type KL_COLUMNS = Type.step("KlColumnsArgs", "heads prior means", "batch latent reserved");
    private static final Type CORRUPT = Type.step("CorruptArgs", "x out", "batch columns key0 key1 site by_example corruption strength: reserved");
    private static final Type L1_PENALTY = Type.step("L1PenaltyArgs", "code l1", "batch n reserved");
    private static final Type L1_GRAD = Type.step("L1GradArgs", "code before out", "batch n reserved");
    private static final Type IMPORTANCE_WEIGHTS = Type.step("ImportanceWeightsArgs", "ll ratio weights bound squares",
            "batch samples ll_tiles ratio_tiles reserved");
    private static final Type WEIGHT_ROWS = Type.step("WeightRowsArgs", "dy weights out", "batch n samples squared tiles");
    private static final Type BERNOULLI_SAMPLE = Type.step("BernoulliSampleArgs", "p state", "batch n key0 key1 site by_example reserved");
    private static final Type CONTRAST = Type.step("ContrastArgs", "data model rows", "batch n samples gradient reserved");
    private static final Type LINEAR_SAMPLE = Type.step("LinearSampleArgs", "x w bias pre p state",
            "batch n k activation key0 key1 site by_example reserved");
    private static final Type SQUARED_NORM = Type.of("SquaredNormArgs", "gradient norms", "offset count");
    private static final Type UPDATE = Type.step("UpdateArgs", "tensors norms",
            "tensor_count norm_count " + OPTIMIZER + " clip: reserved");

    private static final Type GATHER_LINEAR_BIAS_ACT = Type.step("GatherLinearBiasActArgs", "data values mean x corrupted w bias pre y",
            GATHERED + "n activation corrupt_site corruption strength:");
    private static final Type LATENT_FORWARD = Type.step("LatentForwardArgs",
            "data values mean x corrupted heads_w heads_bias heads eps z kl ratio l1 prior w bias pre y",
            GATHERED.replace("site", "site noise_site") + "heads_n latent n activation samples all_samples corrupt_site corruption strength: reserved");
    private static final Type OUTPUT_LIKELIHOOD = Type.step("OutputLikelihoodArgs", "h w bias x log_var y ll dy d_log_var",
            "batch d k " + LIKELIHOOD_WORDS + " reserved");
    private static final Type LATENT_BACKWARD = Type.step("LatentBackwardArgs",
            "dy w heads eps dz_weights weights prior kl_means code dz d_heads heads_w saved da",
            "batch n latent heads_n k activation samples parts nats:");
    private static final Type LINEAR_BACKWARD_UPDATE = Type.step("LinearBackwardUpdateArgs",
            "dy x dw db w first second bias bias_first bias_second weights", "batch n k " + OPTIMIZER + " samples");
    private static final Type SCALAR_UPDATE = Type.step("ScalarUpdateArgs", "dy weights out parameter first second",
            "batch n tiles " + OPTIMIZER + " samples");

    /// Every type, for the test that compares them with the compiler's.
    static List<Type> all() {
        return List.of(STEP_RECORD, TENSOR_ENTRY, NORM_RANGE, GATHER, LINEAR, LINEAR_BIAS_ACT, ADD_BIAS, ACTIVATE, ACTIVATE_BACKWARD, ADD,
                NOISE, REPARAMETERIZE, KL_DIVERGENCE, REPARAM, LIKELIHOOD, REDUCE_LOSS, LINEAR_BACKWARD_DATA, LINEAR_BACKWARD_DATA_ACT,
                LINEAR_BACKWARD_WEIGHT, LINEAR_BACKWARD_WEIGHT_BIAS, COLUMN_SUM, LATENT_GRAD, LOG_RATIO, KL_COLUMNS, CORRUPT, L1_PENALTY, L1_GRAD,
                IMPORTANCE_WEIGHTS, WEIGHT_ROWS, SQUARED_NORM, UPDATE, GATHER_LINEAR_BIAS_ACT, LATENT_FORWARD, OUTPUT_LIKELIHOOD, LATENT_BACKWARD,
                LINEAR_BACKWARD_UPDATE, SCALAR_UPDATE, BERNOULLI_SAMPLE, CONTRAST, LINEAR_SAMPLE);
    }

    /// The type of a kernel's only parameter.
    public static Type of(Kind kind) {
        return switch (kind) {
            case GATHER -> GATHER;
            case LINEAR -> LINEAR;
            case ADD_BIAS -> ADD_BIAS;
            case ACTIVATE -> ACTIVATE;
            case NOISE -> NOISE;
            case REPARAMETERIZE -> REPARAMETERIZE;
            case KL_DIVERGENCE -> KL_DIVERGENCE;
            case LOG_LIKELIHOOD, LIKELIHOOD_BACKWARD, LIKELIHOOD_GRAD -> LIKELIHOOD;
            case REDUCE_LOSS -> REDUCE_LOSS;
            case LINEAR_BACKWARD_DATA -> LINEAR_BACKWARD_DATA;
            case LINEAR_BACKWARD_WEIGHT -> LINEAR_BACKWARD_WEIGHT;
            case COLUMN_SUM -> COLUMN_SUM;
            case ACTIVATE_BACKWARD -> ACTIVATE_BACKWARD;
            case REPARAMETERIZE_BACKWARD, KL_BACKWARD, LOG_RATIO_BACKWARD, LATENT_GRAD, WEIGHTED_LATENT_GRAD -> LATENT_GRAD;
            case LOG_RATIO -> LOG_RATIO;
            case KL_COLUMNS -> KL_COLUMNS;
            case CORRUPT -> CORRUPT;
            case L1_PENALTY -> L1_PENALTY;
            case L1_BACKWARD, L1_GRAD -> L1_GRAD;
            case IMPORTANCE_WEIGHTS -> IMPORTANCE_WEIGHTS;
            case WEIGHT_ROWS -> WEIGHT_ROWS;
            case ADD -> ADD;
            case SQUARED_NORM -> SQUARED_NORM;
            case UPDATE, MULTI_TENSOR_UPDATE -> UPDATE;
            case LINEAR_BIAS_ACT -> LINEAR_BIAS_ACT;
            case REPARAM_KL, REPARAM_RATIO -> REPARAM;
            case LINEAR_BACKWARD_DATA_ACT -> LINEAR_BACKWARD_DATA_ACT;
            case LINEAR_BACKWARD_WEIGHT_BIAS -> LINEAR_BACKWARD_WEIGHT_BIAS;
            case BERNOULLI_SAMPLE -> BERNOULLI_SAMPLE;
            case CONTRAST -> CONTRAST;
            case LINEAR_BIAS_ACT_SAMPLE, TRANSPOSED_BIAS_ACT_SAMPLE -> LINEAR_SAMPLE;
            case GATHER_LINEAR_BIAS_ACT -> GATHER_LINEAR_BIAS_ACT;
            case LATENT_FORWARD -> LATENT_FORWARD;
            case OUTPUT_LIKELIHOOD -> OUTPUT_LIKELIHOOD;
            case LATENT_BACKWARD -> LATENT_BACKWARD;
            case LINEAR_BACKWARD_UPDATE -> LINEAR_BACKWARD_UPDATE;
            case SCALAR_UPDATE -> SCALAR_UPDATE;
        };
    }

    /// Refuses a compiled kernel whose parameter is not the struct of its op, or of a phase's calls; others pack their own.
    ///
    /// @throws BackendUnavailableException if the sizes differ
    public static void check(KernelSource source, Cubin compiled) {
        switch (source) {
            case KernelSource.Variant variant -> require(source, compiled, of(variant).layout().byteSize(),
                    "its op gives one " + of(variant).struct() + "; make it take `const " + of(variant).struct() + "` of common/args.cuh");
            case KernelSource.Phase phase -> require(source, compiled, phase.parts().stream().mapToLong(p -> p.calls() * of(p.variant()).layout().byteSize()).sum()
                    + 4L * KernelSource.Phase.ends(phase.calls()), "its " + phase.calls() + " calls give one struct; its parts must take the structs of common/args.cuh");
            case KernelSource.Written other -> { }
        }
    }

    private static void require(KernelSource source, Cubin compiled, long bytes, String remedy) {
        if (!compiled.parameters().equals(List.of(new Cubin.Parameter(0, 0, Math.toIntExact(bytes))))) {
            throw new BackendUnavailableException("kernel " + source.name() + " takes " + compiled.parameters() + " where " + bytes + " bytes are due: " + remedy);
        }
    }

    private static Type of(KernelSource.Variant variant) {
        return Arrays.stream(Kind.values()).filter(k -> k.label().equals(variant.entry())).findFirst().map(Args::of)
                .orElseThrow(() -> new BackendUnavailableException("kernel " + variant.name() + " is of no op that the cuda backend calls"));
    }

    /// A struct with null pointers.
    public Args(Type type, Arena arena) {
        this(type, arena.allocate(type.layout()));
    }

    /// A struct in memory that is there already, cleared.
    public Args(Type type, MemorySegment memory) {
        this.type = type;
        this.memory = memory.fill((byte) 0);
        type.layout().memberLayouts().stream().filter(f -> !(f instanceof ValueLayout.OfLong))
                .forEach(f -> open.add(f.name().orElseThrow()));
        open.remove("reserved");
        open.remove("offset");
    }

    public Args pointer(String field, long address) {
        memory.set(ValueLayout.JAVA_LONG, type.offset(field), address);
        return this;
    }

    public Args word(String field, long value) {
        open.remove(field);
        memory.set(ValueLayout.JAVA_INT, type.offset(field), (int) value);
        return this;
    }

    public Args real(String field, float value) {
        open.remove(field);
        memory.set(ValueLayout.JAVA_FLOAT, type.offset(field), value);
        return this;
    }

    public Type type() {
        return type;
    }

    /// The struct itself.
    public MemorySegment struct() {
        return memory;
    }

    /// Refuses a struct of which a word was never set.
    public void requireComplete() {
        if (!open.isEmpty()) {
            throw new IllegalStateException(type.struct() + " lacks " + open);
        }
    }
}
