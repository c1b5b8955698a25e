using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Keycloak.ApiProtection.Configuration.Section;

/// <summary>One key of the configuration section: its name, and what it sets.</summary>
/// <param name="Name">
/// The name as in Keycloak's adapter JSON if it exists there, otherwise in PascalCase. Case and hyphens are ignored.
/// </param>
/// <param name="Apply">Reads the value into the options. Returns the problem with the value, or null if there is none.</param>
internal sealed record KeycloakConfigurationKey(string Name, Func<KeycloakBearerOptions, IConfigurationSection, string?> Apply)
{
    /// <summary>Gets the keys that the section contains; empty if the key is not a section of its own.</summary>
    public IReadOnlyList<KeycloakConfigurationKey> Members { get; private init; } = [];

    /// <summary>Creates a section of keys.</summary>
    /// <param name="name">The section's name.</param>
    /// <param name="shorthand">The name of the member that a single value in place of the section sets, or null if there is none.</param>
    /// <param name="members">The keys in the section.</param>
    public static KeycloakConfigurationKey Group(string name, string? shorthand, params KeycloakConfigurationKey[] members) =>
        new(name, (options, section) =>
        {
            // WebApplicationFactory passes settings on with an empty value for each parent section.
            var member = members.FirstOrDefault(member => member.Name == shorthand);
            return string.IsNullOrEmpty(section.Value) ? null
                : member is null ? $"is a single value, but a section with {string.Join(", ", members.Select(one => one.Name))} is expected"
                : member.Apply(options, section);
        })
        {
            Members = members,
        };

    /// <summary>Creates a key whose value is a text.</summary>
    public static KeycloakConfigurationKey Text(string name, Action<KeycloakBearerOptions, string> set) => new(name, (options, section) =>
    {
        if (section.Value is null)
        {
            return "is a section, but a single value is expected";
        }

        set(options, section.Value);
        return null;
    });

    /// <summary>Creates a key whose value is true or false.</summary>
    public static KeycloakConfigurationKey Flag(string name, Action<KeycloakBearerOptions, bool> set) => new(name, (options, section) =>
    {
        if (!bool.TryParse(section.Value, out var flag))
        {
            return $"is '{section.Value}', but true or false is expected";
        }

        set(options, flag);
        return null;
    });

    /// <summary>Creates a key whose value is a whole number.</summary>
    public static KeycloakConfigurationKey Number(string name, Action<KeycloakBearerOptions, int> set) => new(name, (options, section) =>
    {
        if (!int.TryParse(section.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return $"is '{section.Value}', but a whole number is expected";
        }

        set(options, number);
        return null;
    });

    /// <summary>Creates a key whose value is a time: <c>00:00:30</c>, or a number of seconds as in the adapter JSON.</summary>
    public static KeycloakConfigurationKey Time(string name, Action<KeycloakBearerOptions, TimeSpan> set) => new(name, (options, section) =>
    {
        // TimeSpan.Parse reads "30" as 30 days, so a plain number is parsed first.
        TimeSpan time;
        if (int.TryParse(section.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            time = TimeSpan.FromSeconds(seconds);
        }
        else if (!TimeSpan.TryParse(section.Value, CultureInfo.InvariantCulture, out time))
        {
            return $"is '{section.Value}', but a time such as 00:00:30, or a number of seconds, is expected";
        }

        set(options, time);
        return null;
    });

    /// <summary>Creates a key whose value is a member of an enumeration. Case is ignored.</summary>
    public static KeycloakConfigurationKey Choice<T>(string name, Action<KeycloakBearerOptions, T> set)
        where T : struct, Enum => new(name, (options, section) =>
        {
            if (!Enum.TryParse<T>(section.Value, ignoreCase: true, out var choice) || int.TryParse(section.Value, out _))
            {
                return $"is '{section.Value}', but one of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()} is expected";
            }

            set(options, choice);
            return null;
        });

    /// <summary>Creates a key whose value is a list. A single value is a list with one item.</summary>
    public static KeycloakConfigurationKey List(string name, Action<KeycloakBearerOptions, IReadOnlyList<string>> set) =>
        new(name, (options, section) =>
        {
            var values = section.Value is { } single ? [single] : section.GetChildren().Select(child => child.Value).ToArray();
            if (values.Any(value => value is null))
            {
                return "is not a list of plain values";
            }

            set(options, values!);
            return null;
        });

    /// <summary>Creates a key of the adapter JSON that has no meaning for an API.</summary>
    public static KeycloakConfigurationKey Ignored(string name) => new(name, (_, _) => null);

    /// <summary>Creates a key that is not supported. It is a problem, because it would silently lose its meaning.</summary>
    public static KeycloakConfigurationKey Unsupported(string name, string why) => new(name, (_, _) => why);

    /// <summary>Creates a key that is ignored if it is false, and not supported if it is true.</summary>
    public static KeycloakConfigurationKey UnsupportedWhenTrue(string name, string why) =>
        new(name, (_, section) => bool.TryParse(section.Value, out var flag) && !flag ? null : why);
}
