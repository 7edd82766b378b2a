/* The least that a launcher can be: a static program that becomes the one named by WRAPPED. */
#include <stdlib.h>
#include <unistd.h>

int main(int count, char **words) {
  (void)count;
  execv(getenv("WRAPPED"), words);
  return 127;
}
