using Microsoft.Extensions.Configuration;

namespace Keycloak.ApiProtection.Configuration.Section;

/// <summary>One key of the section: how it is spelled, and what it sets.</summary>
/// <param name="Name">As Keycloak's adapter JSON spells it where it is known there, otherwise in PascalCase; case and hyphens do not count.</param>
/// <param name="Apply">Reads it; answers what is wrong with its value, null when nothing is.</param>
internal sealed record KeycloakConfigurationKey(string Name, Func<KeycloakBearerOptions, IConfigurationSection, string?> Apply)
{
    /// <summary>A key that is a single text.</summary>
    public static KeycloakConfigurationKey Text(string name, Action<KeycloakBearerOptions, string> set) => new(name, (options, section) =>
    {
        if (section.Value is null)
        {
            return "is a section, where one value is expected";
        }

        set(options, section.Value);
        return null;
    });

    /// <summary>A key that is true or false.</summary>
    public static KeycloakConfigurationKey Flag(string name, Action<KeycloakBearerOptions, bool> set) => new(name, (options, section) =>
    {
        if (!bool.TryParse(section.Value, out var flag))
        {
            return $"is '{section.Value}', where true or false is expected";
        }

        set(options, flag);
        return null;
    });

    /// <summary>A key that is a number.</summary>
    public static KeycloakConfigurationKey Number(string name, Action<KeycloakBearerOptions, int> set) => new(name, (options, section) =>
    {
        if (!int.TryParse(section.Value, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var number))
        {
            return $"is '{section.Value}', where a whole number is expected";
        }

        set(options, number);
        return null;
    });

    /// <summary>A key that is a time: <c>00:00:30</c>, or a number of seconds as in the adapter JSON.</summary>
    public static KeycloakConfigurationKey Time(string name, Action<KeycloakBearerOptions, TimeSpan> set) => new(name, (options, section) =>
    {
        // "30" alone would be 30 days to TimeSpan.
        TimeSpan time;
        if (int.TryParse(section.Value, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var seconds))
        {
            time = TimeSpan.FromSeconds(seconds);
        }
        else if (!TimeSpan.TryParse(section.Value, System.Globalization.CultureInfo.InvariantCulture, out time))
        {
            return $"is '{section.Value}', where a time such as 00:00:30, or a number of seconds, is expected";
        }

        set(options, time);
        return null;
    });

    /// <summary>A key that is one value of an enumeration, in any case.</summary>
    public static KeycloakConfigurationKey Choice<T>(string name, Action<KeycloakBearerOptions, T> set)
        where T : struct, Enum => new(name, (options, section) =>
        {
            if (!Enum.TryParse<T>(section.Value, ignoreCase: true, out var choice) || int.TryParse(section.Value, out _))
            {
                return $"is '{section.Value}', where one of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()} is expected";
            }

            set(options, choice);
            return null;
        });

    /// <summary>A key that is a list, or one value for a list of one.</summary>
    public static KeycloakConfigurationKey List(string name, Action<KeycloakBearerOptions, IReadOnlyList<string>> set) => new(name, (options, section) =>
    {
        var values = section.Value is { } single ? [single] : section.GetChildren().Select(child => child.Value).ToArray();
        if (values.Any(value => value is null))
        {
            return "is not a list of plain values";
        }

        set(options, values!);
        return null;
    });

    /// <summary>A key of the adapter JSON that cannot matter to an API.</summary>
    public static KeycloakConfigurationKey Ignored(string name) => new(name, (_, _) => null);

    /// <summary>A key that would matter and is not understood: silence would be wrong.</summary>
    public static KeycloakConfigurationKey Unsupported(string name, string why) => new(name, (_, _) => why);

    /// <summary>A key that is harmless when false and not understood when true.</summary>
    public static KeycloakConfigurationKey UnsupportedWhenTrue(string name, string why) =>
        new(name, (_, section) => bool.TryParse(section.Value, out var flag) && !flag ? null : why);
}
