/* Memory of the process as a whole. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

/* Gives the system back what a piece of work that is over needed and the next ones do not: freed memory, and the pages
 * of the program and its libraries that only that work ran through (they are clean copies of files; what is needed
 * again comes back by itself). For the end of start-up, of a reload, of an audit: not for every request. Any thread may
 * call it. */
void dw_memory_give_back(void);

#endif
