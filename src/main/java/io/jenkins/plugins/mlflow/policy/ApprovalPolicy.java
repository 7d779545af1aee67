package io.jenkins.plugins.mlflow.policy;

import java.io.Serializable;
import java.time.Duration;

/**
 * When a person must approve a promotion that passed.
 *
 * @param first until how many promotions of the model were approved; 0 for never, {@link Integer#MAX_VALUE} for always
 * @param timeout how long an approval is waited for, positive; the default where none is ever required
 */
public record ApprovalPolicy(int first, Duration timeout) implements Serializable {
    public static final Duration DEFAULT_TIMEOUT = Duration.ofDays(1);
    public static final ApprovalPolicy NEVER = new ApprovalPolicy(0, DEFAULT_TIMEOUT);

    /** The most promotions that {@code first} can count. */
    static final int MOST = 1000;

    public ApprovalPolicy {
        timeout = first == 0 ? DEFAULT_TIMEOUT : timeout;
    }

    static ApprovalPolicy always(Duration timeout) {
        return new ApprovalPolicy(Integer.MAX_VALUE, timeout);
    }

    public boolean isNever() {
        return first == 0;
    }

    public boolean isAlways() {
        return first == Integer.MAX_VALUE;
    }

    /** As the policy file has it: {@code never}, {@code first}, {@code {first: 3}} or {@code always}. */
    public String text() {
        if (isAlways()) {
            return "always";
        }
        return switch (first) {
            case 0 -> "never";
            case 1 -> "first";
            default -> "{first: " + first + "}";
        };
    }
}
