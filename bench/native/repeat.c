/*
 * repeat RUNS COMMAND [COMMAND...]: starts the commands in turn, A B C A B C, RUNS times each, and prints for each start its
 * number, the nanoseconds until it had ended and its peak memory in KiB. A program of its own because starting a process
 * from a small one takes a tenth of a millisecond, and from Node two. What it inherited is closed first: one high descriptor
 * would spare its children the making of room for others.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static long long now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec * 1000000000LL + at.tv_nsec;
}

static int start(int number, char *command) {
  char *words[] = {command, NULL};
  struct rusage used;
  pid_t child;
  int status = 0;
  long long begun = now();
  if (posix_spawn(&child, command, NULL, NULL, words, environ) != 0) return 127;
  wait4(child, &status, 0, &used);
  printf("%d %lld %ld\n", number, now() - begun, used.ru_maxrss);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

int main(int count, char **words) {
  int runs = count > 2 ? atoi(words[1]) : 0;
  for (int fd = 3; fd < 1024; fd++) close(fd);
  for (int run = 0; run < runs; run++) {
    for (int at = 2; at < count; at++) {
      int status = start(at - 2, words[at]);
      if (status != 0) {
        fprintf(stderr, "%s ended with %d\n", words[at], status);
        return 1;
      }
    }
  }
  return 0;
}
