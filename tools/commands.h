/* The subcommands; each takes its own argv and returns an exit code (say.h). */
#ifndef CLOCKWITNESS_COMMANDS_H
#define CLOCKWITNESS_COMMANDS_H

int verify_main(int argc, char *argv[]);
int anchor_main(int argc, char *argv[]);
int convert_main(int argc, char *argv[]);
int correct_main(int argc, char *argv[]);
int merge_main(int argc, char *argv[]);
int export_main(int argc, char *argv[]);
int import_main(int argc, char *argv[]);
int report_main(int argc, char *argv[]);
int formats_main(int argc, char *argv[]);
int status_main(int argc, char *argv[]);

#endif
