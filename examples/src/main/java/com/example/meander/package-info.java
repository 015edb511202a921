/** Meander extended from outside: a credit rule, a dynamics and a reward. */
package com.example.meander;
