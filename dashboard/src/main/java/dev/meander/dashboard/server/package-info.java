/** Shows the runs of a folder in a browser: HTTP, what may be asked, and by whom. Internal. */
package dev.meander.dashboard.server;
