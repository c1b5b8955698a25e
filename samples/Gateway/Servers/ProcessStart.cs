namespace Gateway.Servers;

/// <summary>Describes how a server process is started.</summary>
/// <param name="Name">A short name, such as <c>orders-direct</c>.</param>
/// <param name="Address">The address that it will listen on.</param>
/// <param name="Command">The program and its arguments.</param>
/// <param name="Folder">The working directory.</param>
/// <param name="LogFile">The file for its output.</param>
/// <param name="Environment">
/// Environment variables in addition to those of this process: settings and secrets. Secrets do not belong on a command line.
/// </param>
internal sealed record ProcessStart(
    string Name,
    Uri Address,
    IReadOnlyList<string> Command,
    string Folder,
    string LogFile,
    IReadOnlyDictionary<string, string?> Environment);
