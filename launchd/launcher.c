/* The program of distressd.app: what macOS asks the microphone permission for, and remembers.
 *
 *   distressd PROGRAM ARGUMENT...     run PROGRAM as a child; pass signals on to it, and its end
 *                                     on to whoever started this
 *   distressd --microphone FILE       open the microphone, so that macOS asks for permission, and
 *                                     write into FILE what was heard: sound, zeros, none or error
 *
 * The interpreter is a child and not exec'd into: the running program would then be Python's own,
 * which has no bundle, and macOS would give it exact zeros for ever without asking. This source
 * changes as seldom as possible, because a bundle signed anew loses its permission.
 *
 * Exit status: that of PROGRAM; the signal that ended it, if one did; 127 if it cannot be run;
 * of --microphone 0 if sound was heard, else 1; 2 wrong usage.
 */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WRONG_USAGE = 2, CANNOT_RUN = 127, BY_SIGNAL = 128 };

static const int passed_on[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};

/* End as the child ended, without a second core file. */
static int end_like(int status) {
    if (WIFEXITED(status)) {
        return WEXITSTATUS(status);
    }
    int number = WTERMSIG(status);
    struct rlimit none = {0, 0};
    sigset_t only;
    setrlimit(RLIMIT_CORE, &none);
    signal(number, SIG_DFL);
    sigemptyset(&only);
    sigaddset(&only, number);
    sigprocmask(SIG_UNBLOCK, &only, NULL);
    raise(number);
    return BY_SIGNAL + number;
}

/* Signals are taken one by one by sigwait, never in a handler: none is lost between the fork and
 * the first wait, and nothing has to be safe in a handler. */
static int run(char *const words[]) {
    sigset_t taken, before;
    sigemptyset(&taken);
    for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++) {
        sigaddset(&taken, passed_on[i]);
    }
    sigaddset(&taken, SIGCHLD);
    /* A signal that was ignored when this started would never be seen. */
    for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++) {
        signal(passed_on[i], SIG_DFL);
    }
    signal(SIGCHLD, SIG_DFL);
    if (sigprocmask(SIG_BLOCK, &taken, &before) != 0) {
        perror("distressd: sigprocmask");
        return CANNOT_RUN;
    }

    pid_t child = fork();
    if (child < 0) {
        perror("distressd: fork");
        return CANNOT_RUN;
    }
    if (child == 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        execv(words[0], words);
        fprintf(stderr, "distressd: cannot run %s (%s); install the service again.\n", words[0],
                strerror(errno));
        _exit(CANNOT_RUN);
    }

    for (;;) {
        int number = 0, status = 0;
        if (sigwait(&taken, &number) != 0) {
            continue;
        }
        if (number != SIGCHLD) {
            kill(child, number);
            continue;
        }
        pid_t ended = waitpid(child, &status, WNOHANG);
        if (ended == child) {
            return end_like(status);
        }
        if (ended < 0 && errno != EINTR) {
            perror("distressd: waitpid");
            return CANNOT_RUN;
        }
    }
}

#ifdef __APPLE__

#include <AudioToolbox/AudioToolbox.h>
#include <CoreFoundation/CoreFoundation.h>

enum { BUFFERS = 3, BUFFER_BYTES = 3200 }; /* of 100 ms each at 16 kHz, mono, 16 bits */

/* How long a person has to answer the dialog. Until then the microphone sends exact zeros. */
static const double ANSWER_S = 60.0;
/* A microphone opened before the answer may go on sending zeros: it is opened anew so often. */
static const double REOPEN_S = 2.0;

static volatile int heard_sound = 0;

static void heard(void *context, AudioQueueRef queue, AudioQueueBufferRef buffer,
                  const AudioTimeStamp *at, UInt32 packets,
                  const AudioStreamPacketDescription *description) {
    (void)context, (void)at, (void)packets, (void)description;
    const unsigned char *bytes = buffer->mAudioData;
    for (UInt32 i = 0; i < buffer->mAudioDataByteSize; i++) {
        if (bytes[i] != 0) {
            heard_sound = 1;
        }
    }
    AudioQueueEnqueueBuffer(queue, buffer, 0, NULL);
}

static const char *listen_once(void) {
    AudioStreamBasicDescription form = {
        .mSampleRate = 16000.0,
        .mFormatID = kAudioFormatLinearPCM,
        .mFormatFlags = kLinearPCMFormatFlagIsSignedInteger | kLinearPCMFormatFlagIsPacked,
        .mBytesPerPacket = 2,
        .mFramesPerPacket = 1,
        .mBytesPerFrame = 2,
        .mChannelsPerFrame = 1,
        .mBitsPerChannel = 16,
    };
    AudioQueueRef queue = NULL;
    if (AudioQueueNewInput(&form, heard, NULL, CFRunLoopGetCurrent(), kCFRunLoopCommonModes, 0,
                           &queue) != noErr) {
        return "error";
    }
    for (int i = 0; i < BUFFERS; i++) {
        AudioQueueBufferRef buffer = NULL;
        if (AudioQueueAllocateBuffer(queue, BUFFER_BYTES, &buffer) == noErr) {
            AudioQueueEnqueueBuffer(queue, buffer, 0, NULL);
        }
    }
    if (AudioQueueStart(queue, NULL) != noErr) {
        AudioQueueDispose(queue, true);
        return "none";
    }
    CFAbsoluteTime until = CFAbsoluteTimeGetCurrent() + REOPEN_S;
    while (!heard_sound && CFAbsoluteTimeGetCurrent() < until) {
        CFRunLoopRunInMode(kCFRunLoopDefaultMode, 0.1, false);
    }
    AudioQueueStop(queue, true);
    AudioQueueDispose(queue, true);
    return heard_sound ? "sound" : "zeros";
}

static const char *listen_until_answered(void) {
    CFAbsoluteTime until = CFAbsoluteTimeGetCurrent() + ANSWER_S;
    const char *found = listen_once();
    while (strcmp(found, "zeros") == 0 && CFAbsoluteTimeGetCurrent() < until) {
        found = listen_once();
    }
    return found;
}

#else /* elsewhere there is neither a dialog nor a bundle; the rest is tested there */

static const char *listen_until_answered(void) { return "none"; }

#endif

static int check_microphone(const char *path) {
    const char *found = listen_until_answered();
    FILE *file = fopen(path, "w");
    if (file == NULL || fprintf(file, "%s\n", found) < 0 || fclose(file) != 0) {
        fprintf(stderr, "distressd: cannot write %s (%s).\n", path, strerror(errno));
        return 1;
    }
    return strcmp(found, "sound") == 0 ? 0 : 1;
}

int main(int count, char *words[]) {
    if (count == 3 && strcmp(words[1], "--microphone") == 0) {
        return check_microphone(words[2]);
    }
    if (count < 2 || words[1][0] != '/') {
        fprintf(stderr, "usage: distressd /PROGRAM ARGUMENT... | --microphone FILE\n");
        return WRONG_USAGE;
    }
    return run(words + 1);
}
