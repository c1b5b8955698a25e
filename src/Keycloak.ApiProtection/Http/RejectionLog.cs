using System.Collections.Concurrent;
using System.Globalization;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Tokens;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Http;

/// <summary>Logs why requests are rejected. The same cause and finding is logged at most once a minute.</summary>
/// <remarks>
/// Without this limit, any client could cause any number of messages. Causes are the codes of a scheme and the endpoints of the
/// application: there are few of them, and a client cannot choose them. <see cref="RejectionCause"/> limits the number of findings. In
/// Development, every rejected request is logged, because a developer tries one thing after the other.
/// </remarks>
internal sealed class RejectionLog(TimeProvider time, ILogger<RejectionLog> logger, IHostEnvironment? environment = null)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly bool _writesAll = environment?.IsDevelopment() == true;
    private readonly ConcurrentDictionary<(string Scheme, string Cause), RejectionCause> _causes = new();

    /// <summary>
    /// Whether this cause must be logged. <paramref name="suppressed"/> is the number of messages that were
    /// suppressed since the last one.
    /// </summary>
    public bool Takes(string scheme, string cause, out long suppressed)
    {
        suppressed = 0;
        return logger.IsEnabled(LogLevel.Information) && Cause(scheme, cause).Take(time, Interval, finding: null, out suppressed);
    }

    /// <summary>Whether a rejected token may have to be logged. Only then, its details have to be determined.</summary>
    public bool MayTake(string scheme, TokenRejection rejection) =>
        MayTake(scheme, rejection.Code, TokenDiagnosis.FindingsDiffer(rejection.Code));

    /// <summary>Whether a missing permission may have to be logged.</summary>
    public bool MayTake(string scheme, string endpoint) => MayTake(scheme, endpoint, findingsDiffer: true);

    /// <summary>Logs a rejected token, unless the same message was logged within the last minute.</summary>
    public void TokenRejected(string scheme, TokenRejection rejection)
    {
        if (Takes(scheme, rejection.Code, TokenDiagnosis.FindingsDiffer(rejection.Code) ? rejection.Reason : null, out var more))
        {
            logger.TokenRejected(scheme, rejection.Code, rejection.Reason, rejection.Remedy, more);
        }
    }

    /// <summary>Logs missing permissions, unless the same message was logged within the last minute.</summary>
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

    /// <summary>Logs an insufficient login, unless the same message was logged within the last minute.</summary>
    public void AuthenticationInsufficient(string scheme, string endpoint, IReadOnlyList<Diagnosis> diagnoses)
    {
        if (!Takes(scheme, endpoint, string.Join(' ', diagnoses.Select(diagnosis => diagnosis.Reason)), out var more))
        {
            return;
        }

        foreach (var diagnosis in diagnoses)
        {
            logger.AuthenticationInsufficient(scheme, endpoint, diagnosis.Reason, diagnosis.Remedy, more);
        }
    }

    /// <summary>Logs a token in a place where tokens are not read, unless the same message was logged within the last minute.</summary>
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
