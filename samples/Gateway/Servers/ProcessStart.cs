namespace Gateway.Servers;

/// <summary>How a server is started.</summary>
/// <param name="Name">What it is, in a word or two.</param>
/// <param name="Address">Where it will listen.</param>
/// <param name="Command">The program and its arguments.</param>
/// <param name="Folder">The folder it runs in.</param>
/// <param name="LogFile">The file to which its output goes.</param>
/// <param name="Environment">What it finds in its environment beside ours: settings, and secrets, which do not belong into a command line.</param>
internal sealed record ProcessStart(
    string Name, Uri Address, IReadOnlyList<string> Command, string Folder, string LogFile, IReadOnlyDictionary<string, string?> Environment);
