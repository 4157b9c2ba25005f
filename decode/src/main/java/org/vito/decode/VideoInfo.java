package org.vito.decode;

/**
 * What probing found out about a video file.
 *
 * @param container libav's name of the demuxer
 * @param codec libav's name of the decoder
 * @param durationUs length of the video stream in microseconds
 * @param framesPerSecond average frame rate
 * @param width in pixels, as displayed (after rotation)
 * @param height in pixels, as displayed
 * @param title the container's title tag, or empty
 */
public record VideoInfo(
        String container, String codec, long durationUs, double framesPerSecond, int width, int height, String title) {}
