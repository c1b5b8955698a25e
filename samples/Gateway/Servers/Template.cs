using System.Text.RegularExpressions;

namespace Gateway.Servers;

/// <summary>The sample's text files, in which <c>${CAPITALS}</c> are placeholders for values that are known only at start.</summary>
internal static partial class Template
{
    /// <summary>Gets the names of all resources of this program.</summary>
    public static IReadOnlyList<string> Names => typeof(Template).Assembly.GetManifestResourceNames();

    /// <summary>Reads a template from the resources of this program.</summary>
    public static string Read(string name)
    {
        using var stream = typeof(Template).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not a resource of this program.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Replaces the placeholders with their values.</summary>
    /// <exception cref="KeyNotFoundException">The value of a placeholder is missing.</exception>
    public static string Fill(string template, IReadOnlyDictionary<string, string> values) =>
        Placeholder().Replace(template, match => values.TryGetValue(match.Groups[1].Value, out var value)
            ? value
            : throw new KeyNotFoundException($"There is no value for {match.Value}."));

    [GeneratedRegex(@"\$\{([A-Z_]+)\}")]
    private static partial Regex Placeholder();
}
