using System.Collections.Concurrent;
using System.Globalization;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Tokens;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Http;

/// <summary>Says why requests are rejected, each cause and finding once a minute: strangers can cause them as often as they like.</summary>
/// <remarks>
/// Causes are a scheme's codes and an application's endpoints: few, and not a stranger's to choose. What was found is bounded by
/// <see cref="RejectionCause"/>. In Development every rejected request is written: the developer tries one thing after the other.
/// </remarks>
internal sealed class RejectionLog(TimeProvider time, ILogger<RejectionLog> logger, IHostEnvironment? environment = null)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly bool _writesAll = environment?.IsDevelopment() == true;
    private readonly ConcurrentDictionary<(string Scheme, string Cause), RejectionCause> _causes = new();

    /// <summary>Whether this cause is to be written; <paramref name="alike"/>: how many like it were suppressed since the last one.</summary>
    public bool Takes(string scheme, string cause, out long alike)
    {
        alike = 0;
        return logger.IsEnabled(LogLevel.Information) && Cause(scheme, cause).Take(time, Interval, finding: null, out alike);
    }

    /// <summary>Whether a rejected token may have to be written. Only then it is worth to work out what was found in it.</summary>
    public bool MayTake(string scheme, TokenRejection rejection) => MayTake(scheme, rejection.Code, TokenDiagnosis.FindingsDiffer(rejection.Code));

    /// <summary>Whether what a user lacked may have to be written.</summary>
    public bool MayTake(string scheme, string endpoint) => MayTake(scheme, endpoint, findingsDiffer: true);

    /// <summary>Writes a rejected token, unless the same was written a short time ago.</summary>
    public void TokenRejected(string scheme, TokenRejection rejection)
    {
        if (Takes(scheme, rejection.Code, TokenDiagnosis.FindingsDiffer(rejection.Code) ? rejection.Reason : null, out var more))
        {
            logger.TokenRejected(scheme, rejection.Code, rejection.Reason, rejection.Remedy, more);
        }
    }

    /// <summary>Writes what a user lacked, unless the same was written a short time ago.</summary>
    public void PermissionMissing(string scheme, string endpoint, IReadOnlyList<Diagnosis> diagnoses)
    {
        if (!Takes(scheme, endpoint, string.Join(' ', diagnoses.Select(diagnosis => diagnosis.Reason)), out var more))
        {
            return;
        }

        foreach (var diagnosis in diagnoses)
        {
            logger.PermissionMissing(scheme, endpoint, diagnosis.Reason, diagnosis.Remedy, more);
        }
    }

    /// <summary>Writes that a request brought a token where none is read, unless the same was written a short time ago.</summary>
    public void TokenNotRead(string scheme, Diagnosis diagnosis)
    {
        if (logger.IsEnabled(LogLevel.Information) && Takes(scheme, "token_not_read", diagnosis.Reason, out var more))
        {
            logger.TokenNotRead(scheme, diagnosis.Reason, diagnosis.Remedy, more);
        }
    }

    private bool MayTake(string scheme, string cause, bool findingsDiffer) =>
        logger.IsEnabled(LogLevel.Information) && (_writesAll || Cause(scheme, cause).MayTake(time, Interval, findingsDiffer));

    private bool Takes(string scheme, string cause, string? finding, out string more)
    {
        more = string.Empty;
        if (_writesAll)
        {
            return true;
        }

        if (!Cause(scheme, cause).Take(time, Interval, finding, out var suppressed))
        {
            return false;
        }

        more = suppressed == 0 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" ({suppressed} more since the last message)");
        return true;
    }

    private RejectionCause Cause(string scheme, string cause) => _causes.GetOrAdd((scheme, cause), static _ => new RejectionCause());
}
