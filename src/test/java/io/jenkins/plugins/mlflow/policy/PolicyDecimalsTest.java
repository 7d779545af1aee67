package io.jenkins.plugins.mlflow.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyDecimalsTest {
    @ParameterizedTest
    @CsvSource({
        "2.0E-3, 0.002",
        "2.0E23, 2E+23",
        "8.41E21, 8.41E+21",
        "2.2E-322, 2.2E-322",
        "1e22, 1E+22",
        "1e23, 1E+23",
        "9007199254740993, 9007199254740992",
        "0.92, 0.92",
        "-0.92, -0.92",
        "100, 1E+2",
        "0, 0",
        "-0.0, 0",
        "4.9E-324, 5E-324",
        "1.0E-323, 1E-323",
        "2.2250738585072014E-308, 2.2250738585072014E-308",
        "1.7976931348623157E308, 1.7976931348623157E+308",
        "2.0E-310, 2E-310",
        "5.0E-320, 5E-320",
    })
    void aDoubleHasOneShortestForm(double value, String shortest) {
        assertEquals(new BigDecimal(shortest), Decimals.shortest(value));
    }

    @Test
    void sumsKeepTheirError() {
        assertEquals(new BigDecimal("0.30000000000000004"), Decimals.shortest(0.1 + 0.2));
    }

    @Test
    void powersOfTwoWhoseFartherNeighbourIsShorterAreFound() {
        assertEquals(new BigDecimal("5.684341886080802E-14"), Decimals.shortest(Math.pow(2, -44)));
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void whatIsNotFiniteHasNoDecimal(double value) {
        assertThrows(IllegalArgumentException.class, () -> Decimals.shortest(value));
    }

    @Test
    void everyDoubleReadsBackAndIsNeverLongerThanPrinted() {
        Random random = new Random(44);
        for (int i = 0; i < 100_000; i++) {
            double value = i % 4 == 0 ? random.nextDouble() : Double.longBitsToDouble(random.nextLong());
            if (i % 100 == 1) {
                value = Double.longBitsToDouble(random.nextLong() >>> 12 + random.nextInt(50));
            }
            if (Double.isFinite(value)) {
                check(value);
            }
        }
    }

    @Test
    void everyPowerOfTwoReadsBack() {
        for (int exponent = Double.MIN_EXPONENT - 52; exponent <= Double.MAX_EXPONENT; exponent++) {
            check(Math.scalb(1.0, exponent));
        }
    }

    private static void check(double value) {
        BigDecimal shortest = Decimals.shortest(value);
        BigDecimal printed = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        assertEquals(value, shortest.doubleValue(), () -> "reads back: " + shortest);
        assertEquals(shortest, shortest.stripTrailingZeros());
        assertTrue(shortest.precision() <= printed.precision(), () -> shortest + " is longer than " + printed);
    }
}
