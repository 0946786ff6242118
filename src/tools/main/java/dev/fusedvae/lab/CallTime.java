package dev.fusedvae.lab;

import dev.fusedvae.backend.Profile;
import dev.fusedvae.plan.Call;
import dev.fusedvae.plan.Cost;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// What a call of a step took, or calls that share a launch.
///
/// @param kinds their labels, with plus signs between
/// @param title what they are about: `linear_bias_act encoder.0`
public record CallTime(String kinds, String title, Cost cost, Samples micros) {

    /// From profiles of one executable; none without any.
    static List<CallTime> of(List<Profile> rounds) {
        if (rounds.isEmpty()) {
            return List.of();
        }
        return IntStream.range(0, rounds.getFirst().timings().size()).mapToObj(i -> of(rounds, i)).toList();
    }

    private static CallTime of(List<Profile> rounds, int i) {
        List<Call> calls = rounds.getFirst().timings().get(i).calls();
        return new CallTime(calls.stream().map(c -> c.op().kind().label()).distinct().collect(Collectors.joining("+")),
                calls.stream().map(Call::title).collect(Collectors.joining(" + ")),
                calls.stream().map(Call::cost).reduce(new Cost(0, 0), Cost::plus),
                Samples.of(rounds.stream().map(p -> Math.max(1e-3, p.timings().get(i).nanos() / 1e3)).toList()));
    }
}
