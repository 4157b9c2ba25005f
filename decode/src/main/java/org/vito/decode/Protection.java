package org.vito.decode;

/**
 * One of the things that stand between decoder processes and the rest of the machine, as a process found it when it tried.
 *
 * @param name what is protected, or limited: network, files, system calls, memory, cpu time
 * @param active whether it holds
 * @param detail by what means; if it does not hold, why not and what to do
 */
public record Protection(String name, boolean active, String detail) {}
