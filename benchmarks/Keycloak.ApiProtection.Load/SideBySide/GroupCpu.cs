using System.Globalization;

namespace Keycloak.ApiProtection.Load.SideBySide;

/// <summary>Reads the CPU time of process groups, which include child processes, from Linux (proc(5)).</summary>
internal static class GroupCpu
{
    // USER_HZ is 100 on all Linux architectures that .NET supports.
    private const double MicrosecondsPerTick = 10_000;

    /// <summary>User and system time since the processes started, in microseconds.</summary>
    public static double Microseconds(params IEnumerable<int> groups)
    {
        var wanted = groups.ToHashSet();
        var ticks = 0L;
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            if (Fields(folder) is { } fields && wanted.Contains(int.Parse(fields[2], CultureInfo.InvariantCulture)))
            {
                ticks += long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
            }
        }

        return ticks * MicrosecondsPerTick;
    }

    /// <summary>
    /// Returns the fields after the second one: state, parent, group and so on. The second field is a name that can contain spaces and
    /// parentheses. Null if the process has ended.
    /// </summary>
    private static string[]? Fields(string folder)
    {
        try
        {
            var text = File.ReadAllText(Path.Combine(folder, "stat"));
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
