package org.vito.augment;

/** What the four changes of colour jitter mean; values lie in 0 … 1 and are cut to that after each of them. */
public enum JitterDefinition {
    /**
     * BYOL's {@code utils/augmentations.py}: brightness is added; contrast multiplies the distance from the channel's mean;
     * saturation multiplies S of HSV; hue is added to H of HSV.
     */
    BYOL,
    /**
     * torchvision's {@code transforms.functional}: brightness multiplies, by 1 + the number drawn; contrast multiplies the distance
     * from the mean of the grey picture; saturation multiplies the distance from the pixel's own grey value; hue as in BYOL.
     */
    TORCHVISION
}
