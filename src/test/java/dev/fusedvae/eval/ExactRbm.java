package dev.fusedvae.eval;

import dev.fusedvae.graph.RbmGraphs;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.spec.RbmSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/// A tiny restricted Boltzmann machine by enumeration of all states of both layers, straight from the energy.
public final class ExactRbm {
    private final int visible;
    private final int hidden;
    private final float[] w;
    private final float[] b;
    private final float[] c;

    public ExactRbm(RbmSpec spec, Parameters parameters) {
        visible = spec.visible();
        hidden = spec.hidden();
        w = parameters.values("weight");
        b = parameters.values("visible.bias");
        c = parameters.values("hidden.bias");
    }

    /// Couplings and biases of the order of 1: far from independent units.
    public static Parameters random(RbmSpec spec, long seed) {
        Random random = new Random(seed);
        Map<String, float[]> values = new LinkedHashMap<>();
        for (Tensor t : RbmGraphs.parameters(spec)) {
            float[] all = new float[(int) t.elements(1)];
            for (int i = 0; i < all.length; i++) {
                all[i] = (float) random.nextGaussian();
            }
            values.put(t.name(), all);
        }
        return new Parameters(values);
    }

    public static float[] bits(int state, int units) {
        float[] bits = new float[units];
        for (int i = 0; i < units; i++) {
            bits[i] = state >> i & 1;
        }
        return bits;
    }

    public static int state(float[] bits, int from, int units) {
        int state = 0;
        for (int i = 0; i < units; i++) {
            state |= (int) bits[from + i] << i;
        }
        return state;
    }

    /// exp(−E(v, h)).
    private double joint(int v, int h) {
        double sum = 0;
        for (int i = 0; i < visible; i++) {
            sum += b[i] * (v >> i & 1);
            for (int j = 0; j < hidden; j++) {
                sum += w[j * visible + i] * (v >> i & 1) * (h >> j & 1);
            }
        }
        for (int j = 0; j < hidden; j++) {
            sum += c[j] * (h >> j & 1);
        }
        return Math.exp(sum);
    }

    public double logZ() {
        double z = 0;
        for (double p : weights()) {
            z += p;
        }
        return Math.log(z);
    }

    private double[] weights() {
        double[] all = new double[1 << visible];
        for (int v = 0; v < all.length; v++) {
            for (int h = 0; h < 1 << hidden; h++) {
                all[v] += joint(v, h);
            }
        }
        return all;
    }

    /// p(v) of every state.
    public double[] model() {
        double[] p = weights();
        double z = Math.exp(logZ());
        for (int v = 0; v < p.length; v++) {
            p[v] /= z;
        }
        return p;
    }

    /// Where chains that are distributed as `p` are after one Gibbs step v → h → v.
    public double[] step(double[] p) {
        double[] next = new double[p.length];
        double[] toHidden = new double[1 << hidden];
        for (int v = 0; v < p.length; v++) {
            double all = 0;
            for (int h = 0; h < toHidden.length; h++) {
                all += joint(v, h);
            }
            for (int h = 0; h < toHidden.length; h++) {
                toHidden[h] += p[v] * joint(v, h) / all;
            }
        }
        for (int h = 0; h < toHidden.length; h++) {
            double all = 0;
            for (int v = 0; v < p.length; v++) {
                all += joint(v, h);
            }
            for (int v = 0; v < p.length; v++) {
                next[v] += toHidden[h] * joint(v, h) / all;
            }
        }
        return next;
    }

    /// E[h_j v_i] over p(v) p(h|v), `[H, V]`, then E[h_j], then E[v_i].
    public double[] moments(double[] p) {
        double[] m = new double[hidden * visible + hidden + visible];
        for (int v = 0; v < p.length; v++) {
            double all = 0;
            for (int h = 0; h < 1 << hidden; h++) {
                all += joint(v, h);
            }
            for (int h = 0; h < 1 << hidden; h++) {
                double share = p[v] * joint(v, h) / all;
                for (int j = 0; j < hidden; j++) {
                    for (int i = 0; i < visible; i++) {
                        m[j * visible + i] += share * (h >> j & 1) * (v >> i & 1);
                    }
                    m[hidden * visible + j] += share * (h >> j & 1);
                }
            }
            for (int i = 0; i < visible; i++) {
                m[hidden * visible + hidden + i] += p[v] * (v >> i & 1);
            }
        }
        return m;
    }
}
