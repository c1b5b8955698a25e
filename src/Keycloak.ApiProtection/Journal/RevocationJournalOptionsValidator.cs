using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Journal;

/// <summary>Validates the options of the journal at start. Every problem names the setting and the remedy.</summary>
internal sealed class RevocationJournalOptionsValidator : IValidateOptions<RevocationJournalOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, RevocationJournalOptions options)
    {
        var problems = Ranges(options).Concat(Choices(options)).ToArray();
        return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static IEnumerable<string> Ranges(RevocationJournalOptions options)
    {
        var shortest = TimeSpan.FromMilliseconds(100);
        var minute = TimeSpan.FromMinutes(1);
        var tenMinutes = TimeSpan.FromMinutes(10);
        (string Setting, TimeSpan Value, TimeSpan Least, TimeSpan Most)[] spans =
        [
            (nameof(options.MaxSilence), options.MaxSilence, TimeSpan.FromSeconds(1), tenMinutes),
            (nameof(options.PollInterval), options.PollInterval, shortest, options.MaxSilence),
            (nameof(options.Timeout), options.Timeout, shortest, minute),
            (nameof(options.StartTimeout), options.StartTimeout, TimeSpan.Zero, tenMinutes),
            (nameof(options.NotificationTimeout), options.NotificationTimeout, shortest, minute),
        ];
        foreach (var (setting, value, least, most) in spans)
        {
            if (value < least || value > most)
            {
                yield return $"RevocationJournalOptions.{setting} is {value}. Set it between {least} and {most}.";
            }
        }

        if (options.QueueCapacity is < 10 or > 1_000_000)
        {
            yield return $"RevocationJournalOptions.QueueCapacity is {options.QueueCapacity}. Set it between 10 and 1,000,000.";
        }
    }

    private static IEnumerable<string> Choices(RevocationJournalOptions options)
    {
        (string Setting, UnreadableJournal Value)[] choices =
        [
            (nameof(options.WhenUnreadable), options.WhenUnreadable),
            (nameof(options.WhenUnreadAtStart), options.WhenUnreadAtStart),
        ];
        return choices
            .Where(choice => !Enum.IsDefined(choice.Value))
            .Select(choice => $"RevocationJournalOptions.{choice.Setting} is {(int)choice.Value}. "
                + $"Set it to {string.Join(", ", Enum.GetNames<UnreadableJournal>())}.");
    }
}
