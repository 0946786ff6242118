package dev.fusedvae.backend.cuda.lowering;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;

import dev.fusedvae.fuse.Kind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BindingsTest {

    @ParameterizedTest
    @EnumSource
    void everyKind_hasABinding(Kind kind) {
        assertDoesNotThrow(() -> Bindings.of(kind));
    }
}
