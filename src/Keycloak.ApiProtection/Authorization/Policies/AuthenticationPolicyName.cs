using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Keycloak.ApiProtection.Claims;

namespace Keycloak.ApiProtection.Authorization.Policies;

/// <summary>
/// The names of policies about the login: <c>acr:gold</c>, <c>acr:silver gold</c> (any of the levels), <c>max-age:300</c> (seconds) and
/// <c>acr:gold max-age:300</c> (both).
/// </summary>
internal static class AuthenticationPolicyName
{
    public const string LevelPrefix = "acr:";
    public const string MaxAgePrefix = "max-age:";

    private const int LongestAge = 365 * 24 * 3600;

    public static bool Is(string text) =>
        text.StartsWith(LevelPrefix, StringComparison.Ordinal) || text.StartsWith(MaxAgePrefix, StringComparison.Ordinal);

    /// <summary>Returns the levels after checking them and the age.</summary>
    /// <exception cref="ArgumentException">Nothing is required, or the name of a level cannot be sent to a client.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The age is not a whole number of seconds, or out of range.</exception>
    public static string[] Check(string? acrValues, TimeSpan? maxAge)
    {
        var levels = acrValues?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (levels.Length == 0 && (acrValues is not null || maxAge is null))
        {
            throw new ArgumentException("A level such as \"gold\", or a maximum age of the login, is required.", nameof(acrValues));
        }

        foreach (var level in levels)
        {
            if (AuthenticationLevels.Problem(level) is { } problem)
            {
                throw new ArgumentException($"A level {problem}.", nameof(acrValues));
            }
        }

        // An age of zero could never be met: some time passes between the login and the request.
        return maxAge is { } age
            && (age < TimeSpan.FromSeconds(1) || age > TimeSpan.FromSeconds(LongestAge) || age.Ticks % TimeSpan.TicksPerSecond != 0)
            ? throw new ArgumentOutOfRangeException(
                nameof(maxAge), age, $"maxAge must be a whole number of seconds from 1 to {LongestAge} (365 days).")
            : levels;
    }

    public static bool TryParse(
        string text, [NotNullWhen(true)] out string[]? levels, out TimeSpan? maxAge, [NotNullWhen(false)] out string? problem)
    {
        maxAge = null;
        levels = null;
        var namesLevels = text.StartsWith(LevelPrefix, StringComparison.Ordinal);
        var found = new List<string>();
        foreach (var part in text[(namesLevels ? LevelPrefix.Length : 0)..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            problem = part.StartsWith(MaxAgePrefix, StringComparison.Ordinal)
                ? AgeProblem(part[MaxAgePrefix.Length..], ref maxAge)
                : LevelProblem(part, namesLevels, found);
            if (problem is not null)
            {
                return false;
            }
        }

        problem = namesLevels && found.Count == 0 ? "it names no level, as \"acr:gold\" does." : null;
        levels = problem is null ? [.. found] : null;
        return levels is not null;
    }

    /// <summary>Returns the name in the form that <see cref="TryParse"/> parses.</summary>
    public static string Of(IReadOnlyList<string> levels, TimeSpan? maxAge)
    {
        var age = maxAge is { } some ? string.Create(CultureInfo.InvariantCulture, $"{MaxAgePrefix}{some.TotalSeconds}") : null;
        if (levels.Count == 0)
        {
            return age ?? MaxAgePrefix;
        }

        // A level that is named like an age must not be read as one.
        var names = levels.Select(level => PolicyNameEscaping.Escape(
            level, level.StartsWith(MaxAgePrefix, StringComparison.Ordinal) ? ':' : '%'));
        return LevelPrefix + string.Join(' ', age is null ? names : names.Append(age));
    }

    private static string? AgeProblem(string text, ref TimeSpan? maxAge)
    {
        if (maxAge is not null
            || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || seconds is < 1 or > LongestAge)
        {
            return $"it does not name one age in whole seconds from 1 to {LongestAge}, as \"max-age:300\" does.";
        }

        maxAge = TimeSpan.FromSeconds(seconds);
        return null;
    }

    private static string? LevelProblem(string part, bool namesLevels, List<string> levels)
    {
        if (!namesLevels)
        {
            return "only an age follows \"max-age:\". Write the levels first: \"acr:gold max-age:300\".";
        }

        if (!PolicyNameEscaping.TryUnescape(part, out var level))
        {
            return "a % is not followed by two hexadecimal digits of UTF-8 text: write a percent sign as %25.";
        }

        levels.Add(level);
        return AuthenticationLevels.Problem(level) is { } problem ? $"a level {problem}." : null;
    }
}
